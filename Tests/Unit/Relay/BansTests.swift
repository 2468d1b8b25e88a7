import TOP
import Testing

@testable import Relay

@Suite struct BansTests {
    private let now: Int64 = 1_700_000_000_000

    @Test("A method's ban holds for that method of that app alone")
    func scopeOfAMethod() {
        var bans = Bans()
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == nil)
        bans.note(Ban(scope: .method, seconds: 6), app: "a", method: "m", nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == 6)
        #expect(bans.remainingSeconds(app: "a", method: "n", nowMilliseconds: now) == nil)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now) == nil)
    }

    @Test("An app's ban holds for each of its methods")
    func scopeOfAnApp() {
        var bans = Bans()
        bans.note(Ban(scope: .app, seconds: 6), app: "a", method: "m", nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "a", method: "n", nowMilliseconds: now) == 6)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now) == nil)
    }

    @Test("The seconds are rounded up until the ban ends, to the millisecond")
    func secondsAreRoundedUpUntilBan() {
        var bans = Bans()
        bans.note(Ban(scope: .method, seconds: 2), app: "a", method: "m", nowMilliseconds: now)
        let remaining = [1, 999, 1000, 1999, 2000, 9999].map {
            bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now + $0)
        }
        #expect(remaining == [2, 2, 1, 1, nil, nil])
    }

    @Test("Of two bans the later end counts, also of an app's and a method's")
    func ofTwoBansLater() {
        var bans = Bans()
        bans.note(Ban(scope: .method, seconds: 10), app: "a", method: "m", nowMilliseconds: now)
        bans.note(Ban(scope: .method, seconds: 3), app: "a", method: "m", nowMilliseconds: now)
        bans.note(Ban(scope: .app, seconds: 5), app: "a", method: "n", nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == 10)
        #expect(bans.remainingSeconds(app: "a", method: "other", nowMilliseconds: now) == 5)
    }

    @Test("No ban is believed for longer than a day")
    func noBanIsBelieved() {
        var bans = Bans()
        bans.note(Ban(scope: .app, seconds: 7 * 86_400), app: "a", method: "m", nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == Bans.maximumSeconds)
        bans.note(Ban(scope: .app, seconds: .max), app: "b", method: "m", nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now) == Bans.maximumSeconds)
    }

    @Test("A new ban drops the ones that have ended")
    func newBanDropsOnes() {
        var bans = Bans()
        bans.note(Ban(scope: .app, seconds: 1), app: "a", method: "m", nowMilliseconds: now)
        bans.note(Ban(scope: .app, seconds: 1), app: "b", method: "m", nowMilliseconds: now + 1000)
        // Asked of a time before its end, the first is gone all the same.
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == nil)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now + 1000) == 1)
    }
}

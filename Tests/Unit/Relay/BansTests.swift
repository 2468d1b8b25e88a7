import TOP
import Testing
import Vault

@testable import Relay

@Suite struct BansTests {
    private let now: Int64 = 1_700_000_000_000

    private func note(
        _ scope: Ban.Scope, seconds: Int, app: String, method: String, at now: Int64, in bans: inout Bans
    ) {
        let ban = VaultBan(
            Ban(scope: scope, seconds: seconds), app: app, method: method, code: nil, nowMilliseconds: now)
        bans.note(.banned(ban), nowMilliseconds: now)
    }

    @Test("A method's ban holds for that method of that app alone")
    func scopeOfAMethod() {
        var bans = Bans()
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == nil)
        note(.method, seconds: 6, app: "a", method: "m", at: now, in: &bans)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == 6)
        #expect(bans.remainingSeconds(app: "a", method: "n", nowMilliseconds: now) == nil)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now) == nil)
    }

    @Test("An app's ban holds for each of its methods")
    func scopeOfAnApp() {
        var bans = Bans()
        note(.app, seconds: 6, app: "a", method: "m", at: now, in: &bans)
        #expect(bans.remainingSeconds(app: "a", method: "n", nowMilliseconds: now) == 6)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now) == nil)
    }

    @Test("The seconds are rounded up until the ban ends, to the millisecond")
    func secondsAreRoundedUpUntilBan() {
        var bans = Bans()
        note(.method, seconds: 2, app: "a", method: "m", at: now, in: &bans)
        let remaining = [1, 999, 1000, 1999, 2000, 9999].map {
            bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now + $0)
        }
        #expect(remaining == [2, 2, 1, 1, nil, nil])
    }

    @Test("Of two bans the later end counts, also of an app's and a method's")
    func ofTwoBansLater() {
        var bans = Bans()
        note(.method, seconds: 10, app: "a", method: "m", at: now, in: &bans)
        note(.method, seconds: 3, app: "a", method: "m", at: now, in: &bans)
        note(.app, seconds: 5, app: "a", method: "n", at: now, in: &bans)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == 10)
        #expect(bans.remainingSeconds(app: "a", method: "other", nowMilliseconds: now) == 5)
    }

    @Test("No ban is believed for longer than a day")
    func noBanIsBelieved() {
        var bans = Bans()
        note(.app, seconds: 7 * 86_400, app: "a", method: "m", at: now, in: &bans)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == Ban.maximumSeconds)
        note(.app, seconds: .max, app: "b", method: "m", at: now, in: &bans)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now) == Ban.maximumSeconds)
    }

    @Test("A new ban drops the ones that have ended")
    func newBanDropsOnes() {
        var bans = Bans()
        note(.app, seconds: 1, app: "a", method: "m", at: now, in: &bans)
        note(.app, seconds: 1, app: "b", method: "m", at: now + 1000, in: &bans)
        // Asked of a time before its end, the first is gone all the same.
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == nil)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now + 1000) == 1)
    }

    @Test("A lifted ban is gone: that of a method, or every ban of an app")
    func liftedBanIsGone() {
        var bans = Bans()
        for method in ["m", "n"] {
            note(.method, seconds: 9, app: "a", method: method, at: now, in: &bans)
            note(.app, seconds: 5, app: "b", method: method, at: now, in: &bans)
        }
        bans.note(.lifted(app: "a", method: "m"), nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == nil)
        #expect(bans.remainingSeconds(app: "a", method: "n", nowMilliseconds: now) == 9)
        bans.note(.lifted(app: "b", method: nil), nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "b", method: "n", nowMilliseconds: now) == nil)
        #expect(bans.remainingSeconds(app: "a", method: "n", nowMilliseconds: now) == 9)
    }

    @Test("After a connection the bans in the database are in force, and no others")
    func bansOfDatabaseReplaceOthers() {
        var bans = Bans()
        note(.app, seconds: 9, app: "a", method: "m", at: now, in: &bans)
        let stored = VaultBan(app: "b", method: nil, endsAt: now + 4000, madeAt: now, code: nil)
        bans.note(.all([stored]), nowMilliseconds: now)
        #expect(bans.remainingSeconds(app: "a", method: "m", nowMilliseconds: now) == nil)
        #expect(bans.remainingSeconds(app: "b", method: "m", nowMilliseconds: now) == 4)
    }
}

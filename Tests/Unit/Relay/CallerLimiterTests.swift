import Problems
import Testing
import Vault

@testable import Relay

@Suite struct CallerLimiterTests {
    private let second: UInt64 = 1_000_000_000

    private func token(_ limits: TokenLimits, name: String = "erp", id: String = "1") -> AccessToken {
        AccessToken(id: id, name: name, hash: [], scopes: [.relay], limits: limits)
    }

    @Test("A token without limits is never refused, and no header tells of limits")
    func unlimitedIsAdmitted() {
        let admission = CallerLimiter().admit(token(TokenLimits()), now: second)
        #expect(admission.problem == nil && admission.place == nil && admission.fields.isEmpty)
    }

    @Test("A second's calls may come at once, and the bucket fills with time")
    func rateIsBucket() {
        let limiter = CallerLimiter()
        let erp = token(TokenLimits(rate: 4))
        func admit(at now: UInt64) -> Bool { limiter.admit(erp, now: now).problem == nil }
        #expect((0..<6).map { _ in admit(at: second) } == [true, true, true, true, false, false])
        #expect(!admit(at: second + second / 8))
        #expect(admit(at: second + second / 4))
        #expect(!admit(at: second + second / 4))
        // However long nothing came, no more than a second's calls have gathered.
        #expect((0..<6).map { _ in admit(at: 100 * second) } == [true, true, true, true, false, false])
    }

    @Test("A place is free again when its call has ended, and a refused call takes none")
    func concurrencyCountsPlaces() {
        let limiter = CallerLimiter()
        let erp = token(TokenLimits(concurrency: 2))
        var first: CallerPlace? = limiter.admit(erp, now: second).place
        let other = limiter.admit(erp, now: second)
        #expect(first != nil && other.place != nil)
        for _ in 0..<3 { #expect(limiter.admit(erp, now: second).problem?.type == .throttled) }
        first = nil
        #expect(limiter.admit(erp, now: second).problem == nil)
    }

    @Test("A call that finds no place costs nothing of the rate")
    func refusedCallCostsNothing() {
        let limiter = CallerLimiter()
        let erp = token(TokenLimits(rate: 2, concurrency: 1))
        var place = limiter.admit(erp, now: second).place
        let refused = limiter.admit(erp, now: second)
        #expect(refused.problem?.detail.contains("1 concurrent calls") == true)
        place = nil
        #expect(place == nil && limiter.admit(erp, now: second).problem == nil)
        #expect(limiter.admit(erp, now: second).problem?.detail.contains("2 calls a second") == true)
    }

    @Test("Both secrets of a rotated token share its limits, and other tokens have their own")
    func secretsShareLimits() {
        let limiter = CallerLimiter()
        let limits = TokenLimits(rate: 1)
        #expect(limiter.admit(token(limits, id: "1"), now: second).problem == nil)
        #expect(limiter.admit(token(limits, id: "2"), now: second).problem != nil)
        #expect(limiter.admit(token(limits, name: "crm"), now: second).problem == nil)
    }

    @Test("The headers tell policies and what is left")
    func headersTellLimits() {
        let limiter = CallerLimiter()
        let admission = limiter.admit(token(TokenLimits(rate: 5, concurrency: 3)), now: second)
        #expect(admission.fields.map(\.0) == ["RateLimit-Policy", "RateLimit"])
        #expect(
            admission.fields.map(\.1) == [
                #""rate";q=5;w=1, "concurrency";q=3;qu="concurrent-requests""#,
                #""rate";r=4;t=1, "concurrency";r=2"#,
            ])
    }
}

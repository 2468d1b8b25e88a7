import Testing

@testable import Vault

@Suite("Waits and freshness")
struct TimingTests {
    @Test("Waits double up to the limit, each at least half of its own, and start again after a success")
    func backsOff() {
        var longest = Backoff(first: .milliseconds(100), limit: .milliseconds(500)) { $0.upperBound }
        #expect((0..<5).map { _ in longest.failed() } == [100, 200, 400, 500, 500].map { Duration.milliseconds($0) })
        longest.succeeded()
        #expect(longest.failed() == .milliseconds(100))
        var shortest = Backoff(first: .milliseconds(100), limit: .milliseconds(500)) { $0.lowerBound }
        #expect(shortest.failed() == .milliseconds(50))
    }

    @Test("A snapshot is fresh for a minute after its confirmation, and never before the first")
    func goesStale() {
        let freshness = VaultFreshness()
        #expect(freshness.secondsSinceConfirmed(at: 5) == nil)
        #expect(!freshness.isFresh(at: 5))
        freshness.confirm(at: 1_000_000_000)
        #expect(freshness.secondsSinceConfirmed(at: 3_500_000_000) == 2.5)
        #expect(freshness.secondsSinceConfirmed(at: 0) == 0)
        #expect(freshness.isFresh(at: 61_000_000_000))
        #expect(!freshness.isFresh(at: 61_000_000_001))
        freshness.confirm(at: 0)
        #expect(freshness.isFresh(at: 1))
    }
}

import Testing

@testable import Vault

@Suite("Freshness of snapshots")
struct VaultFreshnessTests {
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

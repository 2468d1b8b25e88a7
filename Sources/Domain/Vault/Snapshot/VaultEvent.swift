/// What a watcher tells those who log and count.
package enum VaultEvent: Sendable {
    /// A snapshot was loaded and handed on. `unreadable` lists rows that cannot be used; see
    /// `VaultSnapshot.unreadable`.
    case loaded(revision: Int64, apps: Int, sessions: Int, tokens: Int, unreadable: [String])
    /// The connection was lost, or the vault could not be loaded. It is tried again after `retryAfter`; until then the
    /// last snapshot stands, for as long as it is fresh.
    case failed(VaultError, retryAfter: Duration)
    /// The replica's clock differs from PostgreSQL's by more than `ClockOffset.warningSeconds`, since now. Positive: the
    /// replica is ahead. While `isUsable` is false, calls are refused.
    case clockDiffers(seconds: Double, isUsable: Bool)
    /// So many standbys follow the primary, and none of them is synchronous: a fail-over can lose committed intents.
    /// Told after each connect.
    case asynchronousStandbys(Int)
    /// The clocks agree again.
    case clockAgrees(seconds: Double)
}

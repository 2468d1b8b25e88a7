/// An event of a watcher, for logs and metrics.
package enum VaultEvent: Sendable {
    /// A snapshot was loaded and delivered. `unreadable` lists rows that cannot be used; see
    /// `VaultSnapshot.unreadable`.
    case loaded(revision: Int64, apps: Int, sessions: Int, tokens: Int, unreadable: [String])
    /// The connection was lost, or the vault could not be loaded. The watcher tries again after `retryAfter`. Until
    /// then the last snapshot is used as long as it is fresh.
    case failed(VaultError, retryAfter: Duration)
    /// The replica's clock started to differ from PostgreSQL's by more than `ClockOffset.warningSeconds`. A positive
    /// number means that the replica is ahead. While `isUsable` is false, calls are refused.
    case clockDiffers(seconds: Double, isUsable: Bool)
    /// This many standbys follow the primary, and none of them is synchronous, so a fail-over can lose committed
    /// intents. It is reported after each connect.
    case asynchronousStandbys(Int)
    /// The clocks agree again.
    case clockAgrees(seconds: Double)
}

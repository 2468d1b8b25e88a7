import EventLoop
import Synchronization

/// When PostgreSQL last confirmed that the current snapshot is up to date. Any thread reads it, on the path of every
/// call. Only the watcher writes it.
package final class VaultFreshness: Sendable {
    /// Calls are refused if the last confirmation is older than this, because a token may have been withdrawn since
    /// then.
    package static let limitSeconds = 60.0

    /// The difference between the replica's clock and PostgreSQL's. It is measured with each confirmation.
    package let clock = ClockOffset()

    private static let never: UInt64 = 0
    private let confirmedAt = Atomic<UInt64>(never)

    /// Makes a freshness without a confirmation.
    package init() {}

    /// Records a confirmation whose request was sent at `time`, on the clock of `EventLoop.now()`.
    package func confirm(at time: UInt64) {
        confirmedAt.store(max(time, 1), ordering: .relaxed)
    }

    /// The age of the last confirmation in seconds; nil if there was none.
    package func secondsSinceConfirmed(at time: UInt64 = EventLoop.now()) -> Double? {
        let confirmed = confirmedAt.load(ordering: .relaxed)
        guard confirmed != Self.never else { return nil }
        return time > confirmed ? Double(time - confirmed) / 1e9 : 0
    }

    /// Whether calls may use the snapshot at `time`.
    package func isFresh(at time: UInt64 = EventLoop.now()) -> Bool {
        secondsSinceConfirmed(at: time).map { $0 <= Self.limitSeconds } ?? false
    }
}

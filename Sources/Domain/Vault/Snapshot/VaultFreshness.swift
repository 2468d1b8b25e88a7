import EventLoop
import Synchronization

/// When PostgreSQL last confirmed that the snapshot at hand is the vault as it stands. Read on the path of every call,
/// from any thread; written by the watcher.
package final class VaultFreshness: Sendable {
    /// Calls are refused when the last confirmation is older than this: a token may have been withdrawn meanwhile.
    package static let limitSeconds = 60.0

    /// How far the replica's clock is from PostgreSQL's; measured with each confirmation.
    package let clock = ClockOffset()

    private static let never: UInt64 = 0
    private let confirmedAt = Atomic<UInt64>(never)

    /// No confirmation yet.
    package init() {}

    /// Records a confirmation that was asked for at `time`, on the clock of `EventLoop.now()`.
    package func confirm(at time: UInt64) {
        confirmedAt.store(max(time, 1), ordering: .relaxed)
    }

    /// The age of the last confirmation; nil: there was none yet.
    package func secondsSinceConfirmed(at time: UInt64 = EventLoop.now()) -> Double? {
        let confirmed = confirmedAt.load(ordering: .relaxed)
        guard confirmed != Self.never else { return nil }
        return time > confirmed ? Double(time - confirmed) / 1e9 : 0
    }

    /// Whether calls may go by the snapshot at `time`.
    package func isFresh(at time: UInt64 = EventLoop.now()) -> Bool {
        secondsSinceConfirmed(at: time).map { $0 <= Self.limitSeconds } ?? false
    }
}

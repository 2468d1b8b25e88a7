import Synchronization

/// How far the replica's wall clock is from PostgreSQL's, as last measured. Positive: the replica is ahead.
///
/// The watcher writes it with each heartbeat, and the path of every call reads it, from any thread.
package final class ClockOffset: Sendable {
    /// Calls are refused while the clocks differ by more than this. Times in the trail would be wrong, and TOP refuses
    /// timestamps that are 10 minutes off.
    package static let limitSeconds = 300.0
    /// The operator is warned when the clocks differ by more than this.
    package static let warningSeconds = 30.0

    private static let unknown = Int64.min
    private let milliseconds = Atomic<Int64>(unknown)

    /// Nothing measured yet.
    package init() {}

    /// Records a measurement.
    package func record(milliseconds offset: Int64) { milliseconds.store(offset, ordering: .relaxed) }

    /// The offset in seconds; nil before the first measurement.
    package var seconds: Double? {
        let offset = milliseconds.load(ordering: .relaxed)
        return offset == Self.unknown ? nil : Double(offset) / 1000
    }

    /// Whether calls may be made. True before the first measurement: the vault is loaded after it.
    package var isUsable: Bool { abs(seconds ?? 0) <= Self.limitSeconds }

    /// The part of a difference that the time between question and answer cannot explain.
    ///
    /// PostgreSQL reads its clock at an unknown moment between the two, so that its answer is worth half of the round
    /// trip either way.
    /// - Parameters:
    ///   - database: what PostgreSQL answered, milliseconds since 1970.
    ///   - replica: the replica's clock when the answer was there, milliseconds since 1970.
    ///   - roundTrip: milliseconds between question and answer, by a clock that is never set.
    /// - Returns: milliseconds, 0 while the round trip explains the difference.
    static func measure(database: Int64, replica: Int64, roundTrip: Int64) -> Int64 {
        let half = roundTrip / 2
        let offset = replica - half - database
        return offset > 0 ? max(offset - half, 0) : min(offset + half, 0)
    }
}

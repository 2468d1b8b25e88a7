import Synchronization

/// The last measured difference between the replica's wall clock and PostgreSQL's. A positive value means that the
/// replica is ahead.
///
/// The watcher writes it with each heartbeat. Every call reads it, from any thread.
package final class ClockOffset: Sendable {
    /// Above this difference calls are refused. Times in the trail would be wrong, and TOP refuses timestamps that are
    /// 10 minutes off.
    package static let limitSeconds = 300.0
    /// Above this difference the operator is warned.
    package static let warningSeconds = 30.0

    private static let unknown = Int64.min
    private let milliseconds = Atomic<Int64>(unknown)

    /// An offset without a measurement.
    package init() {}

    /// Records a measurement.
    package func record(milliseconds offset: Int64) { milliseconds.store(offset, ordering: .relaxed) }

    /// The offset in seconds; nil before the first measurement.
    package var seconds: Double? {
        let offset = milliseconds.load(ordering: .relaxed)
        return offset == Self.unknown ? nil : Double(offset) / 1000
    }

    /// Whether calls may be made. It is true before the first measurement, because the vault is loaded later.
    package var isUsable: Bool { abs(seconds ?? 0) <= Self.limitSeconds }

    /// The part of a difference that the round trip cannot explain.
    ///
    /// PostgreSQL reads its clock at an unknown moment of the round trip. So its answer is uncertain by half of the
    /// round trip.
    /// - Parameters:
    ///   - database: PostgreSQL's time in milliseconds since 1970.
    ///   - replica: the replica's time when the answer arrived, in milliseconds since 1970.
    ///   - roundTrip: the time between query and answer in milliseconds, by a monotonic clock.
    /// - Returns: milliseconds; 0 if the round trip explains the difference.
    static func measure(database: Int64, replica: Int64, roundTrip: Int64) -> Int64 {
        let half = roundTrip / 2
        let offset = replica - half - database
        return offset > 0 ? max(offset - half, 0) : min(offset + half, 0)
    }
}

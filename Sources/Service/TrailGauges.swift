import Audit
import Metrics
import Postgres
import Relay

/// What a replica sees of the audit trail every few seconds, for metrics.
struct TrailGauges: Sendable {
    private let leader = Gauge(label: "toprelay_trail_leader")
    private let behind = Gauge(label: "toprelay_rollups_behind_seconds")
    private let clock = Gauge(label: "toprelay_clock_offset_seconds")

    /// Whether this replica looks after the trail.
    func record(isLeader: Bool) { leader.record(isLeader ? 1 : 0) }

    /// Asks PostgreSQL, and compares its clock with the host's in the middle of the question.
    func record(on connection: PostgresConnection) async throws(PostgresError) {
        let before = WallClock.milliseconds()
        let health = try await TrailHealth.read(on: connection)
        let after = WallClock.milliseconds()
        behind.record(health.rollupsBehindSeconds)
        clock.record(Double(before + after) / 2000 - health.clockSeconds)
    }
}

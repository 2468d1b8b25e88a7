import Audit
import Metrics
import Postgres

/// What a replica sees of the audit trail every few seconds, for metrics.
struct TrailGauges: Sendable {
    private let leader = Gauge(label: "toprelay_trail_leader")
    private let behind = Gauge(label: "toprelay_rollups_behind_seconds")

    /// Whether this replica is the maintenance leader.
    func record(isLeader: Bool) { leader.record(isLeader ? 1 : 0) }

    /// Asks PostgreSQL.
    func record(on connection: PostgresConnection) async throws(PostgresError) {
        behind.record(try await TrailHealth.read(on: connection).rollupsBehindSeconds)
    }
}

package import Postgres

/// What PostgreSQL says of the trail beside its partitions: for metrics.
package struct TrailHealth: Sendable {
    /// Seconds of calls that the aggregates do not hold yet.
    package let rollupsBehindSeconds: Double

    /// Asks for it.
    package static func read(on connection: PostgresConnection) async throws(PostgresError) -> TrailHealth {
        let rows = try await connection.query(
            """
            SELECT extract(epoch FROM now() - done_before) AS behind FROM audit.rollup_state
            """, [], timeout: .seconds(5))
        return TrailHealth(rollupsBehindSeconds: rows.first?["behind"].double ?? 0)
    }
}

package import Postgres

/// The state of the statistics, for metrics.
package struct TrailHealth: Sendable {
    /// Seconds of calls that the statistics do not include yet.
    package let rollupsBehindSeconds: Double

    /// Reads the state from PostgreSQL.
    package static func read(on connection: PostgresConnection) async throws(PostgresError) -> TrailHealth {
        let rows = try await connection.query(
            """
            SELECT extract(epoch FROM now() - done_before) AS behind FROM audit.rollup_state
            """, [], timeout: .seconds(5))
        return TrailHealth(rollupsBehindSeconds: rows.first?["behind"].double ?? 0)
    }
}

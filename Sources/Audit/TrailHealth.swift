public import Postgres

/// What PostgreSQL says of the trail beside its partitions: for metrics.
public struct TrailHealth: Sendable {
    /// Seconds of calls that the aggregates do not hold yet.
    public let rollupsBehindSeconds: Double
    /// PostgreSQL's clock, seconds since 1970.
    public let clockSeconds: Double

    /// Asks for it.
    public static func read(on connection: PostgresConnection) async throws(PostgresError) -> TrailHealth {
        let rows = try await connection.query(
            """
            SELECT extract(epoch FROM now() - done_before) AS behind, extract(epoch FROM clock_timestamp()) AS clock
            FROM audit.rollup_state
            """, [], timeout: .seconds(5))
        return TrailHealth(
            rollupsBehindSeconds: rows.first?["behind"].double ?? 0, clockSeconds: rows.first?["clock"].double ?? 0)
    }
}

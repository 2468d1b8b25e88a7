public import Postgres

/// Keeps the aggregates of the trail equal to its rows: the leader runs it every few seconds.
public enum Rollups {
    /// Stretches of six hours that are caught up with in one run: other duties of the leader wait meanwhile.
    private static let stretchesAtOnce = 1
    /// Rows of a minute are usually there this long after it; later ones are found by looking again.
    static let settlingSeconds = 10

    /// Counts what is new, and looks again at the minutes of the last quarter of an hour, or of the last day when it is thorough.
    /// - Returns: how many minutes had changed.
    public static func run(on connection: PostgresConnection, thorough: Bool = false) async throws(PostgresError) -> Int
    {
        var changed = 0
        for _ in 0..<stretchesAtOnce {
            changed += try await rollUp(forward, on: connection)
        }
        changed += try await rollUp(again, [.text(thorough ? "1 day" : "15 minutes")], on: connection)
        return changed
    }

    private static func rollUp(
        _ sql: String, _ parameters: [SQLValue] = [], on connection: PostgresConnection
    ) async throws(PostgresError) -> Int {
        let rows = try await connection.query(sql, parameters, timeout: .seconds(120))
        return Int(rows.first?["changed"].integer ?? 0)
    }

    private static let target = "date_trunc('minute', now() - interval '\(settlingSeconds) seconds', 'UTC')"

    /// Six hours from where the rollups end, or what there is.
    private static let forward = """
        SELECT audit.roll_up(done_before, least(done_before + interval '6 hours', \(target))) AS changed
        FROM audit.rollup_state WHERE done_before < \(target)
        """

    /// Only what is behind the mark, so that it never jumps over a stretch.
    private static let again = """
        SELECT audit.roll_up(done_before - $1::interval, done_before) AS changed FROM audit.rollup_state
        """
}

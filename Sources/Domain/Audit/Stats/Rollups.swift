package import Postgres

/// Keeps the rollups equal to the rows of the trail. The maintenance leader runs it every few seconds.
package enum Rollups {
    /// The rows of a minute have usually arrived this many seconds later. Rows that arrive later still are found by
    /// recounts.
    static let settlingSeconds = 10
    /// How long one statement may take. A day with many calls can be one statement.
    private static let timeout: Duration = .seconds(900)

    /// How far back to recount minutes, because rows may have arrived late.
    package enum RecountRange: String, Sendable {
        /// No recount.
        case none = "0"
        /// The range that has nearly all late rows.
        case quarterHour = "15 minutes"
        /// A whole day.
        case day = "1 day"
    }

    /// Counts new minutes, and recounts earlier ones.
    /// - Returns: the number of minutes that changed.
    package static func run(on connection: PostgresConnection, recounting range: RecountRange)
        async throws(PostgresError) -> Int
    {
        let changed = try await rollUp(forward, on: connection)
        guard range != .none else { return changed }
        return try await changed + rollUp(again, [.text(range.rawValue)], on: connection)
    }

    /// Recounts the latest earlier day whose rollups may be wrong.
    /// - Returns: false if there is no such day.
    package static func recountDay(on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            "SELECT audit.recount_day(day) FROM (SELECT d AS day FROM audit.uncounted_days() AS d LIMIT 1) AS days", [],
            timeout: timeout)
        return !rows.isEmpty
    }

    /// The number of earlier days whose rollups may be wrong.
    package static func uncountedDays(on connection: PostgresConnection) async throws(PostgresError) -> Int {
        let rows = try await connection.query(
            "SELECT count(*) AS days FROM audit.uncounted_days()", [], timeout: .seconds(30))
        return Int(rows.first?["days"].integer ?? 0)
    }

    /// Deletes the rollups of calls that retention has dropped.
    static func forget(on connection: PostgresConnection) async throws(PostgresError) {
        _ = try await connection.query("SELECT audit.forget_rollups()", [], timeout: .seconds(120))
    }

    private static func rollUp(
        _ sql: String, _ parameters: [SQLValue] = [], on connection: PostgresConnection
    ) async throws(PostgresError) -> Int {
        let rows = try await connection.query(sql, parameters, timeout: timeout)
        return Int(rows.first?["changed"].integer ?? 0)
    }

    private static let target = "date_trunc('minute', now() - interval '\(settlingSeconds) seconds', 'UTC')"

    /// The next six hours after the end of the rollups, or less.
    private static let forward = """
        SELECT audit.roll_up(done_before, least(done_before + interval '6 hours', \(target))) AS changed
        FROM audit.rollup_state WHERE done_before < \(target)
        """

    /// Only minutes before the watermark, so that no range is skipped.
    private static let again = """
        SELECT audit.roll_up(done_before - $1::interval, done_before) AS changed FROM audit.rollup_state
        """
}

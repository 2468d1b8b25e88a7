package import Postgres

/// Keeps the aggregates of the trail equal to its rows: one replica runs it every few seconds.
package enum Rollups {
    /// Rows of a minute are usually there this long after it; later ones are found by looking again.
    static let settlingSeconds = 10
    /// The longest that one step may take: a day of many calls is one.
    private static let timeout: Duration = .seconds(900)

    /// How far back minutes that were counted are looked at again, for rows that came late.
    package enum Look: String, Sendable {
        /// Not at all.
        case none = "0"
        /// Where nearly all late rows are.
        case quarterHour = "15 minutes"
        /// A whole day.
        case day = "1 day"
    }

    /// Counts what is new, and looks again at what was counted.
    /// - Returns: how many minutes had changed.
    package static func run(on connection: PostgresConnection, look: Look) async throws(PostgresError) -> Int {
        let changed = try await rollUp(forward, on: connection)
        guard look != .none else { return changed }
        return try await changed + rollUp(again, [.text(look.rawValue)], on: connection)
    }

    /// Makes the latest earlier day right whose aggregates are not known to be.
    /// - Returns: false when there is none.
    package static func recountDay(on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        let rows = try await connection.query(
            "SELECT audit.recount_day(day) FROM (SELECT d AS day FROM audit.uncounted_days() AS d LIMIT 1) AS days", [],
            timeout: timeout)
        return !rows.isEmpty
    }

    /// Earlier days whose aggregates are not known to be right.
    package static func uncountedDays(on connection: PostgresConnection) async throws(PostgresError) -> Int {
        let rows = try await connection.query(
            "SELECT count(*) AS days FROM audit.uncounted_days()", [], timeout: .seconds(30))
        return Int(rows.first?["days"].integer ?? 0)
    }

    /// Drops the aggregates of calls that are no longer kept.
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

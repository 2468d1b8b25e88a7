package import Postgres

/// Schedules the reconciliation of intents on the maintenance leader. Every turn reads the intents after the watermark.
/// A thorough turn reads those of the last day, at most every 10 minutes. Earlier days are read once after the start,
/// and again when PostgreSQL's counter of inserted rows changes for such a day.
package struct ReconciliationSchedule: Sendable {
    /// How far back a thorough turn reads, in seconds.
    static let thoroughSeconds = 24 * 3600
    /// The minimum and maximum time to the next thorough turn. In between, thorough turns may take a fiftieth of the
    /// time.
    static let thoroughEvery: ClosedRange<Duration> = .seconds(15) ... .seconds(600)
    /// The maximum time between two earlier days. In between, they may take a tenth of the time.
    static let longestPause: Duration = .seconds(120)
    /// How long one statement may take. A day with many calls is one statement.
    private static let timeout: Duration = .seconds(300)

    private var thoroughDue: ContinuousClock.Instant?
    private var dayDue: ContinuousClock.Instant?
    /// The counters of the days that were read. Each replica has its own, because a new leader reads all days.
    private var counts: [String: Int64] = [:]
    /// Days that had open calls with time left when they were read.
    private var unfinished: Set<String> = []

    /// Makes a schedule that has read nothing.
    package init() {}

    /// Runs what is due.
    /// - Returns: the number of intents that were closed.
    package mutating func turn(on connection: PostgresConnection) async throws(PostgresError) -> Int {
        let started = ContinuousClock.now
        guard thoroughDue ?? started <= started else {
            let closed = try await ReconciliationQueries.run(on: connection)
            return try await closed + earlierDay(on: connection)
        }
        let closed = try await ReconciliationQueries.run(
            on: connection, sinceSeconds: Self.thoroughSeconds, timeout: Self.timeout)
        let wait = (ContinuousClock.now - started) * 50
        thoroughDue = .now + min(max(wait, Self.thoroughEvery.lowerBound), Self.thoroughEvery.upperBound)
        return try await closed + earlierDay(on: connection)
    }

    /// Reads the latest day that is beyond a thorough turn's reach and has new rows.
    private mutating func earlierDay(on connection: PostgresConnection) async throws(PostgresError) -> Int {
        let started = ContinuousClock.now
        guard dayDue ?? started <= started else { return 0 }
        let days = try await connection.query(Self.earlierDays, timeout: .seconds(30)).compactMap { row in
            row["day"].text.map { (day: $0, count: row["inserted"].integer ?? 0) }
        }
        counts = counts.filter { known in days.contains { $0.day == known.key } }
        let changed = days.first { counts[$0.day] != $0.count }
        guard let (day, count) = changed ?? days.first(where: { unfinished.contains($0.day) }) else { return 0 }
        let result = try await ReconciliationQueries.run(day: day, on: connection, timeout: Self.timeout)
        counts[day] = count
        if result.open == 0 { unfinished.remove(day) } else { unfinished.insert(day) }
        let pause = changed == nil ? Self.longestPause : (ContinuousClock.now - started) * 10
        dayDue = .now + min(pause, Self.longestPause)
        return result.closed
    }

    /// Only days whose partition of calls still exists, because the completion goes there.
    private static let earlierDays = """
        SELECT day, inserted FROM (\(DayCounts.statement(of: "intents"))) AS days
        WHERE audit.day_start(to_date(day, 'YYYYMMDD')) < now() - interval '\(thoroughSeconds) seconds'
          AND to_regclass('audit.calls_' || day) IS NOT NULL
        ORDER BY day DESC
        """
}

package import Postgres

/// When intents are looked through, for the replica that looks after the trail: those after the mark each time, those of the last day as often as it is
/// cheap, and those of earlier days when rows came to such a day late, each once at first.
package struct Reconciler: Sendable {
    /// How far back a thorough look goes.
    static let thoroughSeconds = 24 * 3600
    /// How soon the next thorough look comes, at least and at most; in between, each takes a fiftieth of the time.
    static let thoroughEvery: ClosedRange<Duration> = .seconds(15) ... .seconds(600)
    /// The longest pause between two earlier days; in between, they take a tenth of the time.
    static let longestPause: Duration = .seconds(120)
    /// The longest that one look may take: a day of many calls is one.
    private static let timeout: Duration = .seconds(300)

    private var thoroughDue: ContinuousClock.Instant?
    private var dayDue: ContinuousClock.Instant?
    /// The counts of the days that were looked through; memory of this replica alone, as a new leader looks through all days.
    private var counts: [String: Int64] = [:]
    /// Days with calls whose time was not up when they were looked through.
    private var unfinished: Set<String> = []

    /// Nothing has been looked at.
    package init() {}

    /// What is due.
    /// - Returns: how many intents were closed.
    package mutating func turn(on connection: PostgresConnection) async throws(PostgresError) -> Int {
        let started = ContinuousClock.now
        guard thoroughDue ?? started <= started else {
            let closed = try await Reconciliation.run(on: connection)
            return try await closed + earlierDay(on: connection)
        }
        let closed = try await Reconciliation.run(
            on: connection, sinceSeconds: Self.thoroughSeconds, timeout: Self.timeout)
        let wait = (ContinuousClock.now - started) * 50
        thoroughDue = .now + min(max(wait, Self.thoroughEvery.lowerBound), Self.thoroughEvery.upperBound)
        return try await closed + earlierDay(on: connection)
    }

    /// Looks through the latest day before the thorough look's reach to which rows came.
    private mutating func earlierDay(on connection: PostgresConnection) async throws(PostgresError) -> Int {
        let started = ContinuousClock.now
        guard dayDue ?? started <= started else { return 0 }
        let days = try await connection.query(Self.earlierDays, timeout: .seconds(30)).compactMap { row in
            row["day"].text.map { (day: $0, count: row["inserted"].integer ?? 0) }
        }
        counts = counts.filter { known in days.contains { $0.day == known.key } }
        let changed = days.first { counts[$0.day] != $0.count }
        guard let (day, count) = changed ?? days.first(where: { unfinished.contains($0.day) }) else { return 0 }
        let result = try await Reconciliation.run(day: day, on: connection, timeout: Self.timeout)
        counts[day] = count
        if result.open == 0 { unfinished.remove(day) } else { unfinished.insert(day) }
        let pause = changed == nil ? Self.longestPause : (ContinuousClock.now - started) * 10
        dayDue = .now + min(pause, Self.longestPause)
        return result.closed
    }

    /// Days whose calls are kept too: where there is none, a row has no place.
    private static let earlierDays = """
        SELECT day, inserted FROM (\(DayCounts.statement(of: "intents"))) AS days
        WHERE audit.day_start(to_date(day, 'YYYYMMDD')) < now() - interval '\(thoroughSeconds) seconds'
          AND to_regclass('audit.calls_' || day) IS NOT NULL
        ORDER BY day DESC
        """
}

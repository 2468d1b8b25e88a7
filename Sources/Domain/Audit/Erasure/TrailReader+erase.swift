package import Postgres
import Time

/// An erasure reads and changes one day after the other, so that no statement is long.
extension TrailReader {
    /// How long the statement of one day may take.
    private static let timeForDay: Duration = .seconds(60)

    /// Counts what an erasure would remove, and changes nothing.
    package func count(_ erasure: Erasure) async throws(PostgresError) -> Erasure.Result {
        var result = Erasure.Result()
        for day in try await daysOfBodies() {
            result.add(
                try await queryAtLength(
                    Self.countStatement(day), [Self.array(erasure.fingerprints)], within: Self.timeForDay))
        }
        return result
    }

    /// Removes requests, responses, sealed requests and kept replies of all calls with the key. The erasure is on
    /// record before anything is removed. The rows of calls stay.
    ///
    /// A repetition after an error removes what is left.
    package func erase(_ erasure: Erasure) async throws(PostgresError) -> Erasure.Result {
        let made = try await query(
            "INSERT INTO audit.erasures (eraser, reason, keys) VALUES ($1, $2, $3::bigint[]) RETURNING id",
            [.text(erasure.eraser), .text(erasure.reason), Self.array(erasure.fingerprints)])
        let number = made.first?["id"].integer ?? 0
        var result = Erasure.Result()
        for day in try await daysOfBodies() {
            result.add(
                try await queryAtLength(
                    Self.eraseStatement(day), [Self.array(erasure.fingerprints), .integer(number)],
                    within: Self.timeForDay))
        }
        return result
    }

    private static func array(_ fingerprints: [Int64]) -> SQLValue { .array(fingerprints.map { String($0) }) }

    /// The GMT+8 days that may have bodies, oldest first.
    private func daysOfBodies() async throws(PostgresError) -> [TimeRange] {
        let sql = """
            SELECT (extract(epoch FROM least(audit.oldest('intents'), audit.oldest('responses'), audit.oldest('sealed'),
                                             audit.oldest('replies'))) * 1000)::bigint AS oldest,
                   (extract(epoch FROM now()) * 1000)::bigint AS now
            """
        let row = try await query(sql, []).first
        let (oldest, now) = (row?["oldest"].integer ?? 0, row?["now"].integer ?? 0)
        let whole = TimeRange(from: oldest, to: now + WindowIterator.day).wholeDays
        return stride(from: whole.from, to: whole.to, by: Int(WindowIterator.day)).map {
            TimeRange(from: $0, to: $0 + WindowIterator.day)
        }
    }

    /// The ends of a day as literals, so that the planner leaves other partitions out.
    private static func within(_ day: TimeRange, _ at: String = "at") -> String {
        let (from, to) = (RFC3339.text(epochMilliseconds: day.from), RFC3339.text(epochMilliseconds: day.to))
        return "\(at) >= '\(from)'::timestamptz AND \(at) < '\(to)'::timestamptz"
    }

    /// The calls of a day with one of the keys. Only open calls need their intents: the row of a call that has ended
    /// has the keys of its request.
    private static func found(_ day: TimeRange) -> String {
        """
        found AS MATERIALIZED (
            SELECT at, id, bool_or(source = 1) AS has_result
            FROM (SELECT at, id, source FROM audit.calls WHERE \(within(day)) AND keys && $1::bigint[]
                  UNION ALL
                  SELECT at, id, -1 FROM audit.intents
                  WHERE \(within(day)) AND at >= (SELECT closed_before FROM audit.reconciliation) AND keys && $1::bigint[]
                 ) AS rows GROUP BY at, id)
        """
    }

    private static func counts(_ day: TimeRange) -> String {
        """
        SELECT (SELECT count(*) FROM found) AS calls,
               (SELECT count(DISTINCT id) FROM audit.calls
                WHERE \(within(day)) AND keys_truncated AND id NOT IN (SELECT id FROM found)) AS truncated
        """
    }

    private static func countStatement(_ day: TimeRange) -> String { "WITH \(found(day)) \(counts(day))" }

    private static func eraseStatement(_ day: TimeRange) -> String {
        let removed = ["responses", "sealed", "replies"].map { table in
            """
            \(table) AS (DELETE FROM audit.\(table) AS t USING found
                         WHERE t.at = found.at AND t.id = found.id AND \(within(day, "t.at")))
            """
        }
        return """
            WITH \(found(day)),
            marked AS (INSERT INTO audit.erased (id, at, erasure, is_open) SELECT id, at, $2::bigint, NOT has_result FROM found
                       ON CONFLICT DO NOTHING),
            requests AS (UPDATE audit.intents AS t SET request = NULL, request_truncated = false FROM found
                         WHERE t.at = found.at AND t.id = found.id AND \(within(day, "t.at"))),
            \(removed.joined(separator: ",\n")),
            counted AS (UPDATE audit.erasures SET calls = calls + (SELECT count(*) FROM found) WHERE id = $2::bigint)
            \(counts(day))
            """
    }
}

extension Erasure.Result {
    fileprivate mutating func add(_ rows: Rows) {
        calls += Int(rows.first?["calls"].integer ?? 0)
        keysTruncated += Int(rows.first?["truncated"].integer ?? 0)
    }
}

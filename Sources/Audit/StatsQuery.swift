import Postgres
import TOP

/// Which aggregates a reader wants.
public struct StatsQuery: Sendable {
    /// Length of a bucket.
    public enum Bucket: String, Sendable, CaseIterable {
        /// One minute.
        case minute = "1m"
        /// Five minutes.
        case fiveMinutes = "5m"
        /// A quarter of an hour.
        case quarter = "15m"
        /// One hour.
        case hour = "1h"
        /// One GMT+8 day.
        case day = "1d"

        /// Milliseconds.
        public var milliseconds: Int64 {
            switch self {
            case .minute: 60_000
            case .fiveMinutes: 300_000
            case .quarter: 900_000
            case .hour: 3_600_000
            case .day: 86_400_000
            }
        }
    }

    /// What calls are told apart by.
    public enum Dimension: String, Sendable, CaseIterable {
        case method, app, seller, caller, outcome
        case subCode = "sub_code"
    }

    /// The most buckets of one answer.
    public static let maximumBuckets = 3000
    /// The most rows of one answer.
    public static let maximumRows = 50_000

    /// Inclusive, milliseconds since 1970; the bucket that it is in counts whole.
    public var fromMilliseconds: Int64
    /// Exclusive, milliseconds since 1970; the bucket that it is in counts whole.
    public var toMilliseconds: Int64
    /// Length of a bucket.
    public var bucket: Bucket
    /// At most one: nil for all calls together.
    public var dimension: Dimension?

    /// All members.
    public init(fromMilliseconds: Int64, toMilliseconds: Int64, bucket: Bucket, dimension: Dimension?) {
        self.fromMilliseconds = fromMilliseconds
        self.toMilliseconds = toMilliseconds
        self.bucket = bucket
        self.dimension = dimension
    }

    /// Whether the rollups hold these buckets.
    private var isKept: Bool {
        switch bucket {
        case .minute: dimension != .seller && dimension != .caller
        case .hour, .day: true
        case .fiveMinutes, .quarter: false
        }
    }

    /// The statement: from the rollups where they are complete, from the calls themselves for the rest.
    func statement() -> (sql: String, parameters: [SQLValue]) {
        let value = dimension.map { "coalesce(c.\($0.rawValue), '')" } ?? "''::text"
        let grain = "'\(bucket.rawValue)'"
        let done =
            isKept ? "(SELECT audit.bucket(\(grain), done_before) FROM audit.rollup_state)" : "'-infinity'::timestamptz"
        let sql = """
            WITH ends AS MATERIALIZED (SELECT audit.bucket(\(grain), $1::timestamptz) AS lower, audit.bucket(\(grain), $2::timestamptz - interval '1 ms')
                + interval '\(bucket.milliseconds) ms' AS upper, \(done) AS done)
            SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, value, calls, errors, request_bytes, response_bytes,
                   p50_us, p95_us, p99_us
            FROM (SELECT at, value, calls, errors, request_bytes, response_bytes, p50_us, p95_us, p99_us FROM audit.rollups
                  WHERE grain = \(grain) AND dimension = '\(dimension?.rawValue ?? "")' AND at >= (SELECT lower FROM ends)
                    AND at < least((SELECT upper FROM ends), (SELECT done FROM ends))
                  UNION ALL
                  SELECT at, value, calls, errors, sent, received, q[1], q[2], q[3]
                  FROM (SELECT audit.bucket(\(grain), c.at) AS at, \(value) AS value, count(*) AS calls,
                               count(*) FILTER (WHERE outcome NOT IN ('success', 'accepted')) AS errors, sum(request_bytes) AS sent,
                               sum(response_bytes) AS received, percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_us) AS q
                        FROM audit.calls AS c
                        WHERE c.at >= greatest((SELECT lower FROM ends), (SELECT done FROM ends)) AND c.at < (SELECT upper FROM ends)
                          AND (c.source = 1 OR NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = c.at AND r.id = c.id AND r.source = 1))
                        GROUP BY 1, 2) AS live) AS both_parts
            ORDER BY both_parts.at, value LIMIT \(Self.maximumRows + 1)
            """
        return (sql, [Self.instant(fromMilliseconds), Self.instant(toMilliseconds)])
    }

    private static func instant(_ milliseconds: Int64) -> SQLValue {
        .text(TOPTime.rfc3339(epochMilliseconds: Int(milliseconds)))
    }
}

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
        /// The whole stretch as it is given, which need not begin or end with a bucket.
        case all

        /// Milliseconds; nil for the whole stretch.
        public var milliseconds: Int64? {
            switch self {
            case .minute: 60_000
            case .fiveMinutes: 300_000
            case .quarter: 900_000
            case .hour: 3_600_000
            case .day: 86_400_000
            case .all: nil
            }
        }
    }

    /// What calls are told apart by, in the order in which pairs of them are kept.
    public enum Dimension: String, Sendable, CaseIterable {
        case method, app, seller, caller, outcome
        case subCode = "sub_code"
    }

    /// What is said of the calls of a bucket.
    public enum Measure: String, Sendable, CaseIterable {
        case count, errors
        case errorRate = "error_rate"
        case p50, p95, p99
        case requestBytes = "request_bytes"
        case responseBytes = "response_bytes"

        /// Whether it cannot be had by adding up the measures of parts.
        package var isQuantile: Bool { self == .p50 || self == .p95 || self == .p99 }
    }

    /// The most buckets of one answer.
    public static let maximumBuckets = 3000
    /// The most rows of one answer.
    public static let maximumRows = 50_000
    /// Rows that are read or written before others have their turn on the same loop.
    public static let rowsAtOnce = 1000
    /// The most calls that are counted one by one for an answer; those in rollups are not among them.
    public static let maximumCalls = 5_000_000
    /// The most sets of values that `top` may ask for.
    public static let maximumTop = TrailQuery.maximumLimit

    /// Inclusive, milliseconds since 1970; the bucket that it is in counts whole.
    public var fromMilliseconds: Int64
    /// Exclusive, milliseconds since 1970; the bucket that it is in counts whole.
    public var toMilliseconds: Int64
    /// Length of a bucket.
    public var bucket: Bucket
    /// None: all calls together.
    public var dimensions: [Dimension]
    /// What the answer says of them.
    public var measures: Set<Measure>
    /// Which calls are counted. Its own times, order, limit and cursor have no meaning here.
    public var filter: TrailQuery
    /// Only so many sets of values, those with most calls in the whole stretch; nil for all.
    public var top: Int?

    /// All calls of a stretch, with every measure.
    public init(fromMilliseconds: Int64, toMilliseconds: Int64, bucket: Bucket, dimensions: [Dimension] = []) {
        self.fromMilliseconds = fromMilliseconds
        self.toMilliseconds = toMilliseconds
        self.bucket = bucket
        self.dimensions = dimensions
        measures = Set(Measure.allCases)
        filter = TrailQuery()
    }

    var wantsQuantiles: Bool { measures.contains { $0.isQuantile } }

    /// The first instant of the bucket of `unit` milliseconds that an instant is in. Days begin in GMT+8, as do all shorter buckets.
    static func floor(_ instant: Int64, _ unit: Int64) -> Int64 {
        let origin: Int64 = -8 * 3_600_000
        let rest = (instant - origin) % unit
        return instant - (rest < 0 ? rest + unit : rest)
    }

    /// The first such instant that is not earlier.
    static func ceiling(_ instant: Int64, _ unit: Int64) -> Int64 { floor(instant + unit - 1, unit) }

    /// The stretch that is counted: whole buckets.
    var stretch: TrailWindow {
        guard let unit = bucket.milliseconds else { return TrailWindow(from: fromMilliseconds, to: toMilliseconds) }
        return TrailWindow(
            from: Self.floor(fromMilliseconds, unit), to: Self.ceiling(toMilliseconds, unit))
    }
}

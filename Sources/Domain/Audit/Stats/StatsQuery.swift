import Time

/// A query for statistics of the trail.
package struct StatsQuery: Sendable {
    /// The length of a bucket.
    package enum Bucket: String, Sendable, CaseIterable {
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
        /// One bucket for the whole time range. The range does not have to begin or end with a bucket.
        case all

        /// The length in milliseconds; nil for the whole range.
        package var milliseconds: Int64? {
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

    /// What calls are grouped by, in the order in which the rollups have pairs of dimensions.
    package enum Dimension: String, Sendable, CaseIterable {
        case method, app, seller, caller, outcome
        case subCode = "sub_code"
    }

    /// A measure of the calls of a bucket.
    package enum Measure: String, Sendable, CaseIterable {
        case count, errors
        case errorRate = "error_rate"
        case p50, p95, p99
        case requestBytes = "request_bytes"
        case responseBytes = "response_bytes"

        /// Whether the measure of a whole cannot be computed from the measures of its parts.
        package var isQuantile: Bool { self == .p50 || self == .p95 || self == .p99 }
    }

    /// The maximum number of buckets of a result.
    package static let maximumBuckets = 3000
    /// The maximum number of rows of a result.
    package static let maximumRows = 50_000
    /// After this many rows, reading and writing let other work of the loop run.
    package static let rowsAtOnce = 1000
    /// The maximum number of calls that are counted one by one for a result. Calls in rollups are not included.
    package static let maximumCalls = 5_000_000
    /// The maximum of `top`.
    package static let maximumTop = TrailQuery.maximumLimit

    /// Inclusive, in milliseconds since 1970. Its bucket is counted completely.
    package var fromMilliseconds: Int64
    /// Exclusive, in milliseconds since 1970. Its bucket is counted completely.
    package var toMilliseconds: Int64
    /// The length of a bucket.
    package var bucket: Bucket
    /// The dimensions to group by. If there are none, all calls are counted together.
    package var dimensions: [Dimension]
    /// The measures of the result.
    package var measures: Set<Measure>
    /// Which calls are counted. The filter's times, order, limit and cursor are ignored.
    package var filter: TrailQuery
    /// Only this many sets of values: those with the most calls in the whole time range. Nil for all.
    package var top: Int?

    /// Makes a query of all calls of a time range, with every measure.
    package init(fromMilliseconds: Int64, toMilliseconds: Int64, bucket: Bucket, dimensions: [Dimension] = []) {
        self.fromMilliseconds = fromMilliseconds
        self.toMilliseconds = toMilliseconds
        self.bucket = bucket
        self.dimensions = dimensions
        measures = Set(Measure.allCases)
        filter = TrailQuery()
    }

    var wantsQuantiles: Bool { measures.contains { $0.isQuantile } }

    /// The first instant of a bucket that is not earlier than an instant. Buckets are aligned with GMT+8 days.
    static func ceiling(_ instant: Int64, _ unit: Int64) -> Int64 { GMT8.start(of: unit, at: instant + unit - 1) }

    /// The time range that is counted: whole buckets.
    var stretch: TimeRange {
        guard let unit = bucket.milliseconds else { return TimeRange(from: fromMilliseconds, to: toMilliseconds) }
        return TimeRange(
            from: GMT8.start(of: unit, at: fromMilliseconds), to: Self.ceiling(toMilliseconds, unit))
    }
}

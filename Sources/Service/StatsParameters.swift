import Audit
import Relay

/// Reads the query of `GET /v1/audit/stats`.
enum StatsParameters {
    static let names: Set<String> = ["from", "to", "bucket", "dimension"]
    /// The stretch that is shown when `from` is absent: a day.
    private static let usualStretch: Int64 = 86_400_000

    static func read(_ query: QueryString) throws(Problem) -> StatsQuery {
        let to = try AuditQuery.instant("to", query) ?? WallClock.milliseconds()
        let from = try AuditQuery.instant("from", query) ?? to - usualStretch
        guard from < to else { throw Problem(.malformedRequest, "from must be before to.") }
        let text = query["bucket"] ?? StatsQuery.Bucket.hour.rawValue
        guard let bucket = StatsQuery.Bucket(rawValue: text) else {
            let known = StatsQuery.Bucket.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.malformedRequest, "bucket must be one of \(known).")
        }
        guard (to - from) / bucket.milliseconds <= Int64(StatsQuery.maximumBuckets) else {
            throw Problem(
                .malformedRequest,
                "At most \(StatsQuery.maximumBuckets) buckets are given: take a longer one, or less time.")
        }
        return StatsQuery(fromMilliseconds: from, toMilliseconds: to, bucket: bucket, dimension: try dimension(query))
    }

    private static func dimension(_ query: QueryString) throws(Problem) -> StatsQuery.Dimension? {
        guard let text = query["dimension"] else { return nil }
        guard let dimension = StatsQuery.Dimension(rawValue: text) else {
            let known = StatsQuery.Dimension.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.malformedRequest, "dimension must be one of \(known).")
        }
        return dimension
    }
}

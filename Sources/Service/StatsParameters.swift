import Audit
import Problems
import Relay

/// Reads the query of `GET /v1/audit/stats`.
enum StatsParameters {
    /// Its own parameters and the list's filters.
    static let names: Set<String> = AuditQuery.listNames.subtracting([
        "order", "cursor", "include", "sibling_of", "settled",
    ])
    .union(["bucket", "dimensions", "measures"])
    /// The stretch that is shown when `from` is absent: a day.
    private static let usualStretch: Int64 = 86_400_000

    static func read(_ query: QueryString) throws(Problem) -> StatsQuery {
        let filter = try AuditQuery.filter(query)
        guard filter.outcome != Outcome.open else {
            throw Problem(.malformedRequest, "outcome must not be open: only calls that have ended are counted.")
        }
        let to = filter.toMilliseconds ?? WallClock.milliseconds()
        let from = filter.fromMilliseconds ?? to - usualStretch
        guard from < to else { throw Problem(.malformedRequest, "from must be before to.") }
        let text = query["bucket"] ?? StatsQuery.Bucket.hour.rawValue
        guard let bucket = StatsQuery.Bucket(rawValue: text) else {
            throw Problem(.malformedRequest, "bucket must be one of \(known(StatsQuery.Bucket.self)).")
        }
        if let length = bucket.milliseconds, (to - from) / length > Int64(StatsQuery.maximumBuckets) {
            throw Problem(
                .malformedRequest,
                "At most \(StatsQuery.maximumBuckets) buckets are given: take a longer one, or less time.")
        }
        var stats = StatsQuery(
            fromMilliseconds: from, toMilliseconds: to, bucket: bucket,
            dimensions: try list("dimensions", of: StatsQuery.Dimension.self, query) ?? [])
        if let measures = try list("measures", of: StatsQuery.Measure.self, query) { stats.measures = Set(measures) }
        stats.filter = filter
        stats.top = query["limit"] == nil ? nil : filter.limit
        return stats
    }

    private static func list<Name: RawRepresentable<String> & Hashable & CaseIterable>(
        _ name: String, of type: Name.Type, _ query: QueryString
    ) throws(Problem) -> [Name]? {
        guard let text = query[name] else { return nil }
        guard let names = StatsQuery.list(text, of: type) else {
            throw Problem(
                .malformedRequest, "\(name) takes these, each once, with commas between: \(known(type)).")
        }
        return names
    }

    private static func known<Name: RawRepresentable<String> & CaseIterable>(_ type: Name.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}

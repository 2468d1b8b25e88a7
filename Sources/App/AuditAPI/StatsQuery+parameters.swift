import Audit
import Catalog
import Requests
import Problems

extension StatsQuery {
    /// The length of the time range if `from` is absent: a day.
    private static let usualMilliseconds: Int64 = 86_400_000

    /// Reads the query of `GET /v1/audit/stats`.
    /// - Parameter now: the value of an absent `to`, in milliseconds since 1970.
    init(_ query: QueryString, catalog: Catalog, now: Int64) throws(Problem) {
        let filter = try TrailQuery(query, catalog: catalog, filters: TrailFilter.all.filter(\.isForStats))
        guard filter.outcome?.contains(Outcome.open) != true else {
            throw Problem(.malformedRequest, "outcome must not be open: only ended calls are counted.")
        }
        let to = filter.toMilliseconds ?? now
        let from = filter.fromMilliseconds ?? to - Self.usualMilliseconds
        guard from < to else { throw Problem(.malformedRequest, "from must be before to.") }
        let bucket = try query.value(of: AuditParameters.bucket) ?? .hour
        if let length = bucket.milliseconds, (to - from) / length > Int64(Self.maximumBuckets) {
            throw Problem(
                .malformedRequest,
                "The result exceeds \(Self.maximumBuckets) buckets. Use a longer bucket or a shorter time.")
        }
        self.init(
            fromMilliseconds: from, toMilliseconds: to, bucket: bucket,
            dimensions: try query.value(of: AuditParameters.dimensions) ?? [])
        if let measures = try query.value(of: AuditParameters.measures) { self.measures = Set(measures) }
        self.filter = filter
        top = try query.value(of: AuditParameters.top)
    }
}

import Audit
import Problems
import Relay

/// Reads the query of `GET /v1/audit/refusals`.
enum RefusalQuery {
    static let names: Set<String> = ["from", "to", "caller", "method", "type", "ref", "limit", "cursor"]

    static func filter(_ query: QueryString) throws(Problem) -> RefusalFilter {
        var filter = RefusalFilter()
        filter.fromMilliseconds = try AuditQuery.instant("from", query)
        filter.toMilliseconds = try AuditQuery.instant("to", query)
        filter.caller = query["caller"]
        filter.method = query["method"]
        filter.type = query["type"]
        filter.ref = query["ref"]
        filter.limit = try AuditQuery.number("limit", in: 1...TrailFilter.maximumLimit, query) ?? filter.limit
        if let text = query["cursor"] {
            guard let before = Int64(text) else {
                throw Problem(.malformedRequest, "cursor must be a value of pagination.next.")
            }
            filter.before = before
        }
        return filter
    }
}

package import Audit
package import Catalog
import JSON
package import Problems
package import Requests

extension AuditHandlers {
    /// `GET /v1/audit/trace`: everything that happened to one thing.
    package func trace(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        guard let text = try request.query.value(of: AuditParameters.thing) else {
            throw Problem(
                .malformedRequest, "The query parameter \"q\" is missing: give it an id, a document or a key.")
        }
        var times = TrailQuery()
        try request.query.put(AuditParameters.times, into: &times)
        let query = TraceQuery(text, in: request.catalog, within: times)
        let trace = try await authorizing { () async throws(TrailReadError) in
            try await reader.trace(query, for: request.access, keys: keys)
        }
        var json = JSONWriter(capacity: 512 + trace.events.count * 512)
        trace.write(TraceSummary(trace, in: request.catalog), to: &json)
        return .json(json.bytes)
    }
}

extension TraceQuery {
    /// A query of a text, which may be a value of each business key of the catalog, or `NAME:VALUE` of one.
    /// - Parameter times: a query whose times narrow the trace.
    package init(_ text: String, in catalog: Catalog, within times: TrailQuery) {
        var keys = catalog.businessKeyNames.map { (name: $0, value: text) }
        if let key = TrailQuery.key(text), let name = catalog.businessKey(named: key.name) {
            keys.insert((name, key.value), at: 0)
        }
        self.init(text, keys: keys)
        fromMilliseconds = times.fromMilliseconds
        toMilliseconds = times.toMilliseconds
    }
}

extension TraceSummary {
    /// Sums a trace up. A method that the catalog does not have counts as one that writes.
    package init(_ trace: Trace, in catalog: Catalog) {
        self.init(trace) { catalog.entry(method: $0)?.reads == true }
    }
}

import Audit
import Catalog
import Problems
import Relay
import Vault

/// What a request's path leads to.
enum Route: Sendable {
    /// One TOP method: `POST`.
    case call(Entry)
    /// A caller's own call: `GET /v1/calls/{id}`.
    case ownCall(CallID)
    /// The list of calls: `GET /v1/audit/calls`.
    case auditList
    /// One call for auditors: `GET /v1/audit/calls/{id}`.
    case auditCall(CallID)
    /// A note on a call: `POST /v1/audit/calls/{id}/notes`.
    case auditNote(CallID)
    /// The full request of a call: `POST /v1/audit/calls/{id}/unmask`.
    case auditUnmask(CallID)
    /// Requests that never became calls: `GET /v1/audit/refusals`.
    case auditRefusals
    /// Aggregates: `GET /v1/audit/stats`.
    case auditStats
    /// Calls as a file: `GET /v1/audit/export`.
    case auditExport
    /// Whether the process runs: `GET /livez`.
    case live
    /// Whether the replica takes calls: `GET /readyz`.
    case ready
    /// Prometheus metrics: `GET /metrics`.
    case metrics
    /// The service's description: `GET /openapi.json`.
    case openAPI
    /// The page for developers: `GET /docs`.
    case docs
    /// The same for one method: `GET /docs/METHOD`.
    case methodDocs(Entry)
    /// The page on which to search the trail: `GET /console`.
    case console

    /// The HTTP method that the route is for; a route for GET takes HEAD too.
    var method: String {
        switch self {
        case .call, .auditNote, .auditUnmask: "POST"
        default: "GET"
        }
    }

    /// The scope that a caller's token needs; nil for a route without a token.
    var scope: Scope? {
        switch self {
        case .call, .ownCall: .relay
        case .auditList, .auditCall, .auditNote, .auditRefusals, .auditStats, .auditExport: .auditRead
        case .auditUnmask: .auditUnmask
        case .live, .ready, .metrics, .openAPI, .docs, .methodDocs, .console: nil
        }
    }

    /// Whether the answer describes the catalog.
    var isDescription: Bool {
        switch self {
        case .openAPI, .docs, .methodDocs: true
        case .call, .ownCall, .auditList, .auditCall, .auditNote, .auditUnmask, .auditRefusals, .auditStats,
            .auditExport, .live,
            .ready, .metrics, .console:
            false
        }
    }

    /// The `Allow` header of the route.
    var allow: String { method == "GET" ? "GET, HEAD" : method }

    /// Finds the route of a path; nothing is decoded but the last segment of a method or an id. Calls are looked for
    /// first, as nearly all requests are.
    static func find(_ path: String, in catalog: Catalog) throws(Problem) -> Route {
        guard path.hasPrefix("/v1/") else { return try findOutside(path, in: catalog) }
        if let method = suffix(of: path, after: "/v1/top/") { return .call(try entry(method, in: catalog)) }
        if path.hasPrefix("/v1/audit/"), let route = try findAudit(path) { return route }
        if let id = suffix(of: path, after: "/v1/calls/") { return .ownCall(try call(id)) }
        guard let entry = catalog.entry(path: path) else { throw nothing }
        return .call(entry)
    }

    /// Paths of the service itself.
    private static func findOutside(_ path: String, in catalog: Catalog) throws(Problem) -> Route {
        switch path {
        case "/livez": return .live
        case "/readyz": return .ready
        case "/metrics": return .metrics
        case "/openapi.json": return .openAPI
        case "/docs": return .docs
        case "/console": return .console
        default:
            guard let method = suffix(of: path, after: "/docs/") else { throw nothing }
            return .methodDocs(try entry(method, in: catalog))
        }
    }

    /// Paths of the trail; nil where there may be a method with such a path.
    private static func findAudit(_ path: String) throws(Problem) -> Route? {
        switch path {
        case "/v1/audit/calls": return .auditList
        case "/v1/audit/refusals": return .auditRefusals
        case "/v1/audit/stats": return .auditStats
        case "/v1/audit/export": return .auditExport
        default: break
        }
        guard let id = suffix(of: path, after: "/v1/audit/calls/") else { return nil }
        if id.utf8.count > unmask.utf8.count, id.hasSuffix(unmask) {
            return .auditUnmask(try call(String(id.dropLast(unmask.count))))
        }
        guard id.utf8.count > notes.utf8.count, id.hasSuffix(notes) else { return .auditCall(try call(id)) }
        return .auditNote(try call(String(id.dropLast(notes.count))))
    }

    private static var nothing: Problem { Problem(.notFound, "There is nothing at this path.") }

    private static let notes = "/notes"
    private static let unmask = "/unmask"

    private static func suffix(of path: String, after prefix: String) -> String? {
        path.hasPrefix(prefix) ? String(path.utf8.dropFirst(prefix.utf8.count)) : nil
    }

    private static func entry(_ name: String, in catalog: Catalog) throws(Problem) -> Entry {
        guard let method = QueryString.decode(name[...], plusIsSpace: false), let entry = catalog.entry(method: method)
        else {
            throw Problem(
                .notFound, "The catalog has no such TOP method; GET /openapi.json lists the ones that it has.")
        }
        return entry
    }

    private static func call(_ text: String) throws(Problem) -> CallID {
        guard let id = CallID(text) else {
            throw Problem(.notFound, "There is no such call: an id is a UUID of version 7.")
        }
        return id
    }
}

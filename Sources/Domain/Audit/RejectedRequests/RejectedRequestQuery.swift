import Postgres
import TOP

/// Which rejected requests a reader asks for. A filter that is nil does not narrow. `RejectedRequestFilter.all`
/// declares the filters.
package struct RejectedRequestQuery: Sendable {
    /// Inclusive, milliseconds since 1970.
    package var fromMilliseconds: Int64?
    /// Exclusive, milliseconds since 1970.
    package var toMilliseconds: Int64?
    /// Name of the caller's token.
    package var caller: String?
    /// The TOP method.
    package var method: String?
    /// The value of `Top-App`.
    package var app: String?
    /// The value of `Top-Seller`.
    package var seller: String?
    /// The problem's type.
    package var type: String?
    /// One of the caller's document numbers.
    package var ref: String?
    /// The value of `X-Request-Id`.
    package var clientRequestID: String?
    /// The trace id of `traceparent`.
    package var traceID: String?
    /// The method's idempotency id, or the relay's `X-Request-Id` of the reply.
    package var requestID: String?
    /// A text that is any of the ids and document numbers.
    var anyID: String?
    /// Only requests with a lower number. This is the cursor of `GET /v1/audit/refusals`.
    package var before: Int64?
    /// Rows of a page, 1...1000.
    package var limit = 50
    /// Whether the oldest requests come first.
    var isAscending = false

    /// Makes a query of the newest 50 rejected requests.
    package init() {}
}

/// A filter of rejected requests.
package struct RejectedRequestFilter: DeclaredFilter {
    package let name: String
    package let values: FilterValues
    package let text: String
    private let put: @Sendable (String, inout RejectedRequestQuery) -> Bool
    /// Adds the filter's condition if the query has a value for it.
    let narrow: @Sendable (RejectedRequestQuery, inout WhereBuilder) -> Void

    private init<Value>(
        _ name: String, _ member: any WritableKeyPath<RejectedRequestQuery, Value?> & Sendable, _ values: FilterValues,
        _ text: String, read: @escaping @Sendable (String) -> Value?,
        narrow: @escaping @Sendable (Value, inout WhereBuilder) -> Void
    ) {
        self.name = name
        self.values = values
        self.text = text
        put = { text, query in
            guard let value = read(text) else { return false }
            query[keyPath: member] = value
            return true
        }
        self.narrow = { query, clause in if let value = query[keyPath: member] { narrow(value, &clause) } }
    }

    /// A filter that compares a column with a text.
    private init(
        _ name: String, _ member: any WritableKeyPath<RejectedRequestQuery, String?> & Sendable, _ text: String
    ) {
        self.init(name, member, .text, text, read: { $0 }, narrow: { $1.add(name, equals: $0) })
    }

    package func put(_ text: String, into query: inout RejectedRequestQuery) -> Bool { put(text, &query) }

    /// Every filter of rejected requests, in the order of the manual. Add new filters here.
    package static let all: [RejectedRequestFilter] = [
        RejectedRequestFilter(
            "from", \.fromMilliseconds, .instant, "Requests from this time on (inclusive).",
            read: { FilterValues.instant($0) },
            narrow: { $1.terms.append("at >= \($1.instant($0))") }),
        RejectedRequestFilter(
            "to", \.toMilliseconds, .instant, "Requests before this time (exclusive). A day is included.",
            read: { FilterValues.instant($0, isEnd: true) },
            narrow: { $1.terms.append("at < \($1.instant($0))") }),
        RejectedRequestFilter("caller", \.caller, "The name of the caller's token."),
        RejectedRequestFilter("method", \.method, "The TOP method of the request."),
        RejectedRequestFilter("app", \.app, "The app that the request named."),
        RejectedRequestFilter("seller", \.seller, "The seller that the request named."),
        RejectedRequestFilter("type", \.type, "The problem's type, such as `invalid-parameters`."),
        RejectedRequestFilter(
            "ref", \.ref, .text, "One of the caller's document numbers (Top-Ref).", read: { $0 },
            narrow: { $1.terms.append(hasRef($0, &$1)) }),
        RejectedRequestFilter("client_request_id", \.clientRequestID, "The caller's X-Request-Id."),
        RejectedRequestFilter("trace_id", \.traceID, "The trace id of the caller's traceparent."),
        RejectedRequestFilter(
            "request_id", \.requestID, .text,
            "The method's idempotency id, or the X-Request-Id that the relay gave in its reply.", read: { $0 },
            narrow: { $1.terms.append("(\(hasRequestID($0, &$1)))") }),
    ]

    private static func hasRef(_ ref: String, _ clause: inout WhereBuilder) -> String {
        "refs @> ARRAY[\(clause.bind(.text(ref)))]::text[]"
    }

    private static func hasRequestID(_ id: String, _ clause: inout WhereBuilder) -> String {
        let own = "request_id = \(clause.bind(.text(id)))"
        guard let relayID = CallID(id) else { return own }
        return "\(own) OR relay_request_id = \(clause.bind(.text(relayID.text)))::uuid"
    }

    /// The condition for a text that is any of a request's ids. Each part has an index.
    fileprivate static func hasAnyID(_ id: String, _ clause: inout WhereBuilder) -> String {
        let value = clause.bind(.text(id))
        return """
            (\(hasRef(id, &clause)) OR client_request_id = \(value) OR trace_id = \(value) \
            OR \(hasRequestID(id, &clause)))
            """
    }
}

/// A query of rejected requests within what its reader may see. A reader with a limited token does not see requests
/// that name no app.
package struct AuthorizedRejectedRequestQuery: Sendable {
    private let query: RejectedRequestQuery
    private let scope: AccessScope

    /// Narrows a query.
    /// - Throws: `forbidden` if the query names an app or a method that the reader may not see.
    package init(_ query: RejectedRequestQuery, for access: TrailAccess) throws(TrailReadError) {
        self.query = query
        scope = try access.scope(
            apps: query.app.map { [$0] } ?? [], methods: query.method.map { [$0] } ?? [],
            sellers: query.seller.map { [$0] } ?? [])
    }

    func statement() -> (sql: String, parameters: [SQLValue]) {
        var clause = WhereBuilder()
        // Older rows may still exist until maintenance deletes them.
        clause.terms.append("at >= now() - interval '\(Retention.refusalDays) days'")
        for filter in RejectedRequestFilter.all { filter.narrow(query, &clause) }
        if let id = query.anyID { clause.terms.append(RejectedRequestFilter.hasAnyID(id, &clause)) }
        if let before = query.before { clause.terms.append("id < \(clause.bind(.integer(before)))") }
        clause.add(scope)
        let sql = """
            SELECT \(RejectedRequest.columns) FROM audit.refusals WHERE \(clause.text) ORDER BY id \(query.isAscending ? "" : "DESC") LIMIT \(query.limit + 1)
            """
        return (sql, clause.parameters)
    }
}

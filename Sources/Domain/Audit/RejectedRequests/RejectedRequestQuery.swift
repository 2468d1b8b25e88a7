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
    /// The problem's type.
    package var type: String?
    /// One of the caller's document numbers.
    package var ref: String?
    /// Only requests with a lower number. This is the cursor of `GET /v1/audit/refusals`.
    package var before: Int64?
    /// Rows of a page, 1...1000.
    package var limit = 50

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
            "from", \.fromMilliseconds, .instant, "Requests from this time on (inclusive).", read: FilterValues.instant,
            narrow: { $1.terms.append("at >= \($1.instant($0))") }),
        RejectedRequestFilter(
            "to", \.toMilliseconds, .instant, "Requests before this time (exclusive).", read: FilterValues.instant,
            narrow: { $1.terms.append("at < \($1.instant($0))") }),
        RejectedRequestFilter("caller", \.caller, "The name of the caller's token."),
        RejectedRequestFilter("method", \.method, "The TOP method of the request."),
        RejectedRequestFilter("type", \.type, "The problem's type, such as `invalid-parameters`."),
        RejectedRequestFilter(
            "ref", \.ref, .text, "One of the caller's document numbers (Top-Ref).", read: { $0 },
            narrow: { $1.terms.append("refs @> ARRAY[\($1.bind(.text($0)))]::text[]") }),
    ]
}

/// A query of rejected requests within what its reader may see. A reader with a limited token does not see requests
/// that name no app.
package struct AuthorizedRejectedRequestQuery: Sendable {
    private let query: RejectedRequestQuery
    private let scope: AccessScope

    /// Narrows a query.
    /// - Throws: `forbidden` if the query names a method that the reader may not see.
    package init(_ query: RejectedRequestQuery, for access: TrailAccess) throws(TrailReadError) {
        self.query = query
        scope = try access.scope(app: nil, method: query.method)
    }

    func statement() -> (sql: String, parameters: [SQLValue]) {
        var clause = WhereBuilder()
        // Older rows may still exist until maintenance deletes them.
        clause.terms.append("at >= now() - interval '\(Retention.refusalDays) days'")
        for filter in RejectedRequestFilter.all { filter.narrow(query, &clause) }
        if let before = query.before { clause.terms.append("id < \(clause.bind(.integer(before)))") }
        clause.add(scope)
        let sql = """
            SELECT \(RejectedRequest.columns) FROM audit.refusals WHERE \(clause.text) ORDER BY id DESC LIMIT \(query.limit + 1)
            """
        return (sql, clause.parameters)
    }
}

import Postgres
import TOP

/// Which rejected requests a reader asks for. Every filter narrows; nil does not. `RejectedRequestFilter.all` declares
/// the filters.
public struct RejectedRequestQuery: Sendable {
    /// Inclusive, milliseconds since 1970.
    public var fromMilliseconds: Int64?
    /// Exclusive, milliseconds since 1970.
    public var toMilliseconds: Int64?
    /// Name of the caller's token.
    public var caller: String?
    /// The TOP method.
    public var method: String?
    /// The problem's type.
    public var type: String?
    /// One of the caller's document numbers.
    public var ref: String?
    /// Requests of a lower number: the cursor of `GET /v1/audit/refusals`.
    public var before: Int64?
    /// Rows of a page, 1...1000.
    public var limit = 50

    /// The newest 50.
    public init() {}
}

/// One filter of rejected requests. `all` declares every filter.
public struct RejectedRequestFilter: DeclaredFilter {
    public let name: String
    public let values: FilterValues
    public let text: String
    private let put: @Sendable (String, inout RejectedRequestQuery) -> Bool
    /// Adds the condition on a row of a query that has the filter.
    let narrow: @Sendable (RejectedRequestQuery, inout TrailClause) -> Void

    private init<Value>(
        _ name: String, _ member: any WritableKeyPath<RejectedRequestQuery, Value?> & Sendable, _ values: FilterValues,
        _ text: String, read: @escaping @Sendable (String) -> Value?,
        narrow: @escaping @Sendable (Value, inout TrailClause) -> Void
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

    /// A filter by the text in a column.
    private init(
        _ name: String, _ member: any WritableKeyPath<RejectedRequestQuery, String?> & Sendable, _ text: String
    ) {
        self.init(name, member, .text, text, read: { $0 }, narrow: { $1.add(name, equals: $0) })
    }

    public func put(_ text: String, into query: inout RejectedRequestQuery) -> Bool { put(text, &query) }

    /// Every filter of rejected requests, in the order in which the manual shows them. The place for a new one.
    public static let all: [RejectedRequestFilter] = [
        RejectedRequestFilter(
            "from", \.fromMilliseconds, .instant, "Requests from this time on (inclusive).", read: FilterValues.instant,
            narrow: { $1.terms.append("at >= \($1.instant($0))") }),
        RejectedRequestFilter(
            "to", \.toMilliseconds, .instant, "Requests before this time (exclusive).", read: FilterValues.instant,
            narrow: { $1.terms.append("at < \($1.instant($0))") }),
        RejectedRequestFilter("caller", \.caller, "The name of the caller's token."),
        RejectedRequestFilter("method", \.method, "The TOP method that was asked for."),
        RejectedRequestFilter("type", \.type, "The problem's type, such as `invalid-parameters`."),
        RejectedRequestFilter(
            "ref", \.ref, .text, "One of the caller's document numbers (Top-Ref).", read: { $0 },
            narrow: { $1.terms.append("refs @> ARRAY[\($1.bind(.text($0)))]::text[]") }),
    ]
}

/// A query of rejected requests within what its reader may see. A request that names no app is of none.
public struct AuthorizedRejectedRequestQuery: Sendable {
    private let query: RejectedRequestQuery
    private let bounds: TrailBounds

    /// Narrows a query.
    /// - Throws: `forbidden` for a method that the reader may not see.
    public init(_ query: RejectedRequestQuery, for access: TrailAccess) throws(TrailReadError) {
        self.query = query
        bounds = try access.bounds(app: nil, method: query.method)
    }

    func statement() -> (sql: String, parameters: [SQLValue]) {
        var clause = TrailClause()
        // Those that are older wait for their deletion.
        clause.terms.append("at >= now() - interval '\(Retention.refusalDays) days'")
        for filter in RejectedRequestFilter.all { filter.narrow(query, &clause) }
        if let before = query.before { clause.terms.append("id < \(clause.bind(.integer(before)))") }
        clause.add(bounds)
        let sql = """
            SELECT \(Refusal.columns) FROM audit.refusals WHERE \(clause.text) ORDER BY id DESC LIMIT \(query.limit + 1)
            """
        return (sql, clause.parameters)
    }
}

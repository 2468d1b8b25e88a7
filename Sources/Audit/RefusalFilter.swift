import Postgres
import TOP

/// Which refusals a reader wants to see. Every member narrows; nil does not.
public struct RefusalFilter: Sendable {
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
    /// What the reader may see; a refusal that names no app is of none.
    public var bounds = TrailBounds()
    /// Refusals of a lower number: the cursor of `GET /v1/audit/refusals`.
    public var before: Int64?
    /// Rows of a page, 1...1000.
    public var limit = 50

    /// The newest 50.
    public init() {}

    func statement() -> (sql: String, parameters: [SQLValue]) {
        // Those that are older wait for their deletion.
        var terms = ["at >= now() - interval '\(Retention.refusalDays) days'"]
        var parameters: [SQLValue] = []
        func add(_ term: String, _ value: SQLValue?) {
            guard let value else { return }
            parameters.append(value)
            terms.append(term + "$\(parameters.count)")
        }
        func instant(_ milliseconds: Int64) -> SQLValue { .text(TOPTime.rfc3339(epochMilliseconds: Int(milliseconds))) }
        add("at >= ", fromMilliseconds.map(instant))
        add("at < ", toMilliseconds.map(instant))
        add("caller = ", caller.map { .text($0) })
        add("method = ", method.map { .text($0) })
        add("type = ", type.map { .text($0) })
        add("id < ", before.map { .integer($0) })
        if let ref {
            parameters.append(.text(ref))
            terms.append("refs @> ARRAY[$\(parameters.count)]::text[]")
        }
        var clause = TrailClause(parameters: parameters)
        clause.add(bounds)
        terms += clause.terms
        let sql = """
            SELECT \(Refusal.columns) FROM audit.refusals WHERE \(terms.joined(separator: " AND ")) ORDER BY id DESC LIMIT \(limit + 1)
            """
        return (sql, clause.parameters)
    }
}

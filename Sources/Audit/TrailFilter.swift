import Postgres
import TOP

/// Which calls a reader wants to see. Every member narrows; nil does not.
public struct TrailFilter: Sendable {
    /// The largest page.
    public static let maximumLimit = 1000

    /// Inclusive, milliseconds since 1970.
    public var fromMilliseconds: Int64?
    /// Exclusive, milliseconds since 1970.
    public var toMilliseconds: Int64?
    /// A method, or a glob with `*`.
    public var method: String?
    /// An outcome as the contract names it, or `open`.
    public var outcome: String?
    /// The app that signed.
    public var app: String?
    /// The seller's alias.
    public var seller: String?
    /// The caller's token name.
    public var caller: String?
    /// Rows of a page, 1...1000.
    public var limit: Int
    /// Where the page begins; nil for the newest calls.
    public var cursor: TrailCursor?

    /// The newest 50 calls.
    public init() { limit = 50 }

    /// The statement for one page, with one row more than the page so that the reader knows whether there is a next one.
    func statement() -> (sql: String, parameters: [SQLValue]) {
        var clause = Clause()
        clause.addRange(from: fromMilliseconds, to: toMilliseconds)
        clause.add(method: method)
        clause.add("app", equals: app)
        clause.add("seller", equals: seller)
        clause.add("caller", equals: caller)
        clause.add(cursor)
        let ascending = cursor?.direction == .newer
        let order = ascending ? "ORDER BY at, id" : "ORDER BY at DESC, id DESC"
        var branches: [String] = []
        if outcome != Outcome.open {
            var ended = clause
            ended.add("outcome", equals: outcome)
            clause.parameters = ended.parameters
            branches.append(
                "(SELECT \(TrailRow.endedColumns) FROM audit.calls AS c WHERE \(ended.text) AND \(Self.highestSource) \(order) LIMIT \(limit + 1))"
            )
        }
        if outcome == nil || outcome == Outcome.open {
            branches.append(
                "(SELECT \(TrailRow.openColumns) FROM audit.intents AS i WHERE \(clause.text) AND \(Self.isOpen) \(order) LIMIT \(limit + 1))"
            )
        }
        let sql = "SELECT * FROM (\(branches.joined(separator: " UNION ALL "))) AS t \(order) LIMIT \(limit + 1)"
        return (sql, clause.parameters)
    }

    /// A reconciler's row counts only while the replica that made the call has written none.
    static let highestSource = """
        (c.source = 1 OR NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = c.at AND r.id = c.id AND r.source = 1))
        """
    static let isOpen = """
        i.at >= (SELECT closed_before FROM audit.reconciliation) \
        AND NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = i.at AND r.id = i.id)
        """
}

/// A WHERE clause under construction.
private struct Clause {
    var terms: [String] = []
    var parameters: [SQLValue] = []

    var text: String { terms.isEmpty ? "true" : terms.joined(separator: " AND ") }

    mutating func add(_ column: String, equals value: String?) {
        guard let value else { return }
        terms.append("\(column) = \(bind(.text(value)))")
    }

    mutating func add(method: String?) {
        guard let method else { return }
        guard method.utf8.contains(UInt8(ascii: "*")) else { return add("method", equals: method) }
        let pattern = method.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            .replacing("*", with: "%")
        terms.append("method LIKE \(bind(.text(pattern)))")
    }

    mutating func addRange(from: Int64?, to: Int64?) {
        if let from { terms.append("at >= \(instant(from))") }
        if let to { terms.append("at < \(instant(to))") }
    }

    mutating func add(_ cursor: TrailCursor?) {
        guard let cursor else { return }
        let comparison = cursor.direction == .newer ? ">" : "<"
        let at = instant(cursor.id.epochMilliseconds)
        // The first term lets the planner prune partitions; the second is the keyset.
        terms.append("at \(comparison)= \(at) AND (at, id) \(comparison) (\(at), \(bind(.text(cursor.id.text)))::uuid)")
    }

    /// No call is older than 1970, and PostgreSQL knows no year 0.
    private mutating func instant(_ milliseconds: Int64) -> String {
        bind(.text(TOPTime.rfc3339(epochMilliseconds: Int(max(0, milliseconds))))) + "::timestamptz"
    }

    private mutating func bind(_ value: SQLValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }
}

import Postgres
import TOP

/// A WHERE clause under construction.
struct TrailClause {
    var terms: [String] = []
    /// Those of the terms that an index other than that of tags leads to.
    var indexTerms: [String] = []
    /// Those of the terms that compare a column with a value: cheaper than to make a call's tags.
    var equalities: [String] = []
    /// Parts of the statement's WITH, so that what the terms refer to is looked up once.
    var parts: [String] = []
    var parameters: [SQLValue] = []

    var text: String { terms.isEmpty ? "true" : terms.joined(separator: " AND ") }

    mutating func add(_ column: String, equals value: String) {
        add(equality: "\(column) = \(bind(.text(value)))")
    }

    mutating func add(equality term: String) {
        terms.append(term)
        equalities.append(term)
    }

    mutating func add(method: String) { terms.append(methodTerm(method)) }

    /// The condition of one method, or of a glob.
    mutating func methodTerm(_ method: String) -> String {
        guard method.utf8.contains(UInt8(ascii: "*")) else { return "method = \(bind(.text(method)))" }
        let pattern = method.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            .replacing("*", with: "%")
        return "method LIKE \(bind(.text(pattern)))"
    }

    mutating func add(ref: String) {
        add(indexed: "refs IS NOT NULL AND refs @> ARRAY[\(bind(.text(ref)))]::text[]")
    }

    mutating func add(fingerprints: [Int64]) {
        guard !fingerprints.isEmpty else { return terms.append("false") }
        let list = fingerprints.map { String($0) }.joined(separator: ",")
        add(indexed: "keys && \(bind(.text("{\(list)}")))::bigint[]")
    }

    mutating func add(siblingsOf id: CallID) {
        let (at, own) = (instant(id.epochMilliseconds), bind(.text(id.text)) + "::uuid")
        add(indexed: "keys && (SELECT keys FROM siblings)")
        terms.append("id <> \(own)")
        parts.append("siblings AS MATERIALIZED (\(SiblingKeys.query(at: at, id: own)))")
    }

    private mutating func add(indexed term: String) {
        terms.append(term)
        indexTerms.append(term)
    }

    mutating func add(_ cursor: TrailCursor?) {
        guard let cursor else { return }
        let comparison = cursor.direction == .newer ? ">" : "<"
        let at = TOPTime.rfc3339(epochMilliseconds: Int(cursor.id.epochMilliseconds))
        terms.append("(at, id) \(comparison) (\(bind(.text(at)))::timestamptz, \(bind(.text(cursor.id.text)))::uuid)")
    }

    /// The ends of a stretch of time.
    mutating func range(_ window: TrailWindow) -> [String] {
        ["at >= \(instant(window.from))", "at < \(instant(window.to))"]
    }

    mutating func instant(_ milliseconds: Int64) -> String {
        bind(.text(TOPTime.rfc3339(epochMilliseconds: Int(milliseconds)))) + "::timestamptz"
    }

    mutating func bind(_ value: SQLValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }
}

import Postgres
import TOP
import Time

/// Builds a WHERE clause and its parameters.
struct WhereBuilder {
    /// All conditions, joined by AND.
    var terms: [String] = []
    /// The terms that use an index other than that of tags.
    var indexTerms: [String] = []
    /// Terms that use an index and need the range of time that is searched, as conditions on `at`.
    var rangeTerms: [(_ range: String) -> String] = []
    /// The terms that compare a column with a value. They are cheaper than computing the tags of a call.
    var equalities: [String] = []
    /// Queries for the statement's WITH, so that what the terms refer to is read once.
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

    mutating func add(_ column: String, among list: ValueList<String>) {
        if let only = list.only { return add(column, equals: only) }
        add(equality: "\(column) = ANY(\(bind(.array(list.values)))::text[])")
    }

    mutating func add(_ column: String, among list: ValueList<Int>) {
        if let only = list.only {
            return add(equality: "\(column) = \(bind(.integer(Int64(only))))::smallint")
        }
        add(equality: "\(column) = ANY(\(bind(.array(list.values.map { String($0) })))::smallint[])")
    }

    /// The condition for methods and globs, of which a call has one.
    mutating func add(methods: [String]) {
        let exact = methods.filter { !TrailQuery.isGlob($0) }
        if methods.count == 1 { return terms.append(methodTerm(methods[0])) }
        if exact.count == methods.count { return add("method", among: ValueList(methods)) }
        let any = methods.map { methodTerm($0) }
        terms.append("(\(any.joined(separator: " OR ")))")
    }

    /// The condition for one method or glob.
    mutating func methodTerm(_ method: String) -> String { globTerm("method", method) }

    /// The condition for a column that equals a text or matches a glob.
    mutating func globTerm(_ column: String, _ glob: String) -> String {
        guard glob.utf8.contains(UInt8(ascii: "*")) else { return "\(column) = \(bind(.text(glob)))" }
        let pattern = glob.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            .replacing("*", with: "%")
        return "\(column) LIKE \(bind(.text(pattern)))"
    }

    mutating func add(ref: String) {
        add(indexed: "refs IS NOT NULL AND refs @> ARRAY[\(bind(.text(ref)))]::text[]")
    }

    mutating func add(fingerprints: [Int64]) {
        guard !fingerprints.isEmpty else { return terms.append("false") }
        add(indexed: "keys && \(bind(.array(fingerprints.map { String($0) })))::bigint[]")
    }

    mutating func add(siblingsOf id: CallID) {
        let (at, own) = (instant(id.epochMilliseconds), bind(.text(id.text)) + "::uuid")
        add(indexed: "keys && (SELECT keys FROM siblings)")
        terms.append("id <> \(own)")
        parts.append("siblings AS MATERIALIZED (\(SiblingKeys.query(at: at, id: own)))")
    }

    mutating func add(traceID: String) {
        let value = bind(.text(traceID))
        terms.append("trace_id = \(value)")
        rangeTerms.append { "at = ANY(ARRAY(\(Self.lookUp(value, $0))))" }
    }

    /// The condition for whatever a person may hold of a call. Each part has an index.
    mutating func add(_ thing: TracedThing, fingerprints: [Int64]) {
        let value = bind(.text(thing.text))
        let ref = "(refs IS NOT NULL AND refs @> ARRAY[\(value)]::text[])"
        let key =
            fingerprints.isEmpty
            ? "" : " OR keys && \(bind(.array(fingerprints.map { String($0) })))::bigint[]"
        terms.append("(\(ref) OR client_request_id = \(value) OR trace_id = \(value) OR request_id = \(value)\(key))")
        rangeTerms.append { range in
            """
            (\(ref) OR \(AuthorizedTrailQuery.tagsOfCall) @> ARRAY[hashtextextended(\(value), 9)]\(key) \
            OR at = ANY(ARRAY(\(Self.lookUp(value, range)))))
            """
        }
    }

    private static func lookUp(_ value: String, _ range: String) -> String {
        "SELECT l.at FROM audit.lookups AS l WHERE l.value = \(value) AND \(range)"
    }

    private mutating func add(indexed term: String) {
        terms.append(term)
        indexTerms.append(term)
    }

    mutating func add(_ cursor: TrailCursor?) {
        guard let cursor else { return }
        let comparison = cursor.direction == .newer ? ">" : "<"
        let at = RFC3339.text(epochMilliseconds: cursor.id.epochMilliseconds)
        terms.append("(at, id) \(comparison) (\(bind(.text(at)))::timestamptz, \(bind(.text(cursor.id.text)))::uuid)")
    }

    /// The conditions for the ends of a time range.
    mutating func range(_ window: TimeRange) -> [String] {
        ["at >= \(instant(window.from))", "at < \(instant(window.to))"]
    }

    mutating func instant(_ milliseconds: Int64) -> String {
        bind(.text(RFC3339.text(epochMilliseconds: milliseconds))) + "::timestamptz"
    }

    mutating func bind(_ value: SQLValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }

    /// The SQL that writes a column as RFC 3339 in UTC with milliseconds.
    static func rfc3339(_ column: String) -> String {
        #"to_char(\#(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"#
    }
}

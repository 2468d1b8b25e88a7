import Postgres
import TOP

extension TrailFilter {
    /// The statement for the calls of one stretch of time, with one row more than the page so that the reader knows whether there is a next one.
    /// - Parameter openSince: open calls are looked for from this instant on; nil: not at all.
    func statement(_ window: TrailWindow, openSince: Int64?) -> (sql: String, parameters: [SQLValue]) {
        var clause = Clause()
        let range = clause.range(window)
        clause.add(method: method)
        clause.add("app", equals: app)
        clause.add("seller", equals: seller)
        clause.add("caller", equals: caller)
        clause.add("client_request_id", equals: clientRequestID)
        clause.add(ref: ref)
        if key != nil { clause.add(fingerprints: fingerprints) }
        clause.add(cursor)
        let order = isAscending ? "ORDER BY at, id" : "ORDER BY at DESC, id DESC"
        let common = clause.terms
        var branches: [String] = []
        if outcome != Outcome.open {
            addEnded(to: &clause)
            let table = isRare ? "(SELECT * FROM audit.calls AS c WHERE \(clause.text) OFFSET 0)" : "audit.calls"
            branches.append(
                """
                (SELECT \(TrailRow.endedColumns) FROM \(table) AS c WHERE \(clause.text) AND \(Self.highestSource) \
                \(order) LIMIT \(limit + 1))
                """)
        }
        if admitsOpen, let openSince, openSince < window.to {
            let since = clause.instant(max(openSince, window.from))
            let terms = common + ["i.at >= \(since)", Self.isOpen(since: since, range)]
            branches.append(
                """
                (SELECT \(TrailRow.openColumns) FROM audit.intents AS i WHERE \(terms.joined(separator: " AND ")) \
                \(order) LIMIT \(limit + 1))
                """)
        }
        guard let only = branches.first else {
            return ("SELECT \(TrailRow.openColumns) FROM audit.intents WHERE false", [])
        }
        if branches.count == 1 { return (only, clause.parameters) }
        return (
            "SELECT * FROM (\(branches.joined(separator: " UNION ALL "))) AS t \(order) LIMIT \(limit + 1)",
            clause.parameters
        )
    }

    /// Few calls match, and an index without an order leads to them: the planner would rather walk through all calls in order, hoping for an early end,
    /// so `OFFSET 0` keeps it from seeing the limit.
    private var isRare: Bool { key != nil || ref != nil || topRequestID != nil || clientRequestID != nil }

    /// What only a call that has ended can match.
    func addEnded(to clause: inout Clause) {
        clause.add("outcome", equals: outcome)
        clause.add("code", equals: code)
        clause.add("sub_code", equals: subCode)
        clause.add("top_request_id", equals: topRequestID)
        if let outcome, outcome != Outcome.success.rawValue { clause.terms.append("outcome <> 'success'") }
        if let status { clause.terms.append("status = \(status)") }
        if let minimumDurationMilliseconds {
            clause.terms.append("duration_us >= \(minimumDurationMilliseconds * 1000)")
        }
    }

    /// A reconciler's row counts only while the replica that made the call has written none.
    static let highestSource = "(c.source = 1 OR NOT audit.has_result(c.at, c.id))"

    private static func isOpen(since: String, _ range: Clause.Range) -> String {
        """
        NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = i.at AND r.id = i.id AND r.at >= \(since) AND r.at < \(range.to))
        """
    }
}

/// A WHERE clause under construction.
struct Clause {
    /// The places of a stretch's ends among the parameters.
    struct Range {
        let from: String
        let to: String
    }

    var terms: [String] = []
    var parameters: [SQLValue] = []

    var text: String { terms.isEmpty ? "true" : terms.joined(separator: " AND ") }

    mutating func range(_ window: TrailWindow) -> Range {
        let range = Range(from: instant(window.from), to: instant(window.to))
        terms += ["at >= \(range.from)", "at < \(range.to)"]
        return range
    }

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

    mutating func add(ref: String?) {
        guard let ref else { return }
        terms.append("refs IS NOT NULL AND refs @> ARRAY[\(bind(.text(ref)))]::text[]")
    }

    mutating func add(fingerprints: [Int64]) {
        guard !fingerprints.isEmpty else { return terms.append("false") }
        let list = fingerprints.map { String($0) }.joined(separator: ",")
        terms.append("keys && '{\(list)}'::bigint[]")
    }

    mutating func add(_ cursor: TrailCursor?) {
        guard let cursor else { return }
        let comparison = cursor.direction == .newer ? ">" : "<"
        terms.append(
            "(at, id) \(comparison) (\(instant(cursor.id.epochMilliseconds)), \(bind(.text(cursor.id.text)))::uuid)")
    }

    mutating func instant(_ milliseconds: Int64) -> String {
        bind(.text(TOPTime.rfc3339(epochMilliseconds: Int(milliseconds)))) + "::timestamptz"
    }

    private mutating func bind(_ value: SQLValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }
}

import Postgres
import TOP

extension TrailFilter {
    /// How the calls of a stretch of time are looked for.
    enum Search: Sendable {
        /// By an index that has the order of the list, so that a full page ends it.
        case ordered
        /// In the same way, but no further than so many calls from the beginning: a value that many calls share fills a page there.
        case near(calls: Int)
        /// By an index without an order, one day after the other.
        case days
    }

    /// The statement for the calls of one stretch of time, with one row more than the page so that the reader knows whether there is a next one.
    /// - Parameter openSince: open calls are looked for from this instant on; nil: not at all.
    func statement(
        _ window: TrailWindow, openSince: Int64?, by search: Search = .ordered
    ) -> (sql: String, parameters: [SQLValue]) {
        var clause = TrailClause()
        addCommon(to: &clause)
        var prefix = clause.add(siblingsOf: siblingOf)
        clause.add(cursor)
        let common = clause
        var edge: String?
        if case .near(let calls) = search {
            prefix = edgeStatement(window, calls: calls)
            edge = "at \(isAscending ? "<=" : ">=") (SELECT at FROM edge)"
        }
        var branches: [String] = []
        if outcome != Outcome.open {
            addEnded(to: &clause)
            if case .days = search {
                branches.append(byDay(window, &clause))
            } else {
                let terms = Self.range(window) + (edge.map { [$0] } ?? []) + clause.terms + [Self.highestSource]
                branches.append(select(TrailRow.endedColumns, "audit.calls AS c", terms))
            }
        }
        if admitsOpen, let openSince, openSince < window.to {
            let since = TrailWindow(from: max(openSince, window.from), to: window.to)
            let terms = Self.range(since) + (edge.map { [$0] } ?? []) + common.terms + [Self.isOpen(in: since)]
            branches.append(select(TrailRow.openColumns, "audit.intents AS i", terms))
        }
        guard let only = branches.first else {
            return ("SELECT \(TrailRow.openColumns) FROM audit.intents WHERE false", [])
        }
        if branches.count == 1 { return (prefix + only, clause.parameters) }
        let union = branches.joined(separator: " UNION ALL ")
        return ("\(prefix)SELECT * FROM (\(union)) AS t \(sorting) LIMIT \(limit + 1)", clause.parameters)
    }

    private var sorting: String { isAscending ? "ORDER BY at, id" : "ORDER BY at DESC, id DESC" }

    private func select(_ columns: String, _ table: String, _ terms: [String]) -> String {
        "(SELECT \(columns) FROM \(table) WHERE \(terms.joined(separator: " AND ")) \(sorting) LIMIT \(limit + 1))"
    }

    /// Where the near part of a stretch ends.
    private func edgeStatement(_ window: TrailWindow, calls: Int) -> String {
        let range = Self.range(window).joined(separator: " AND ")
        let last = isAscending ? Self.instant(window.to) : Self.instant(window.from)
        return """
            WITH edge AS MATERIALIZED (SELECT coalesce((SELECT at FROM audit.calls WHERE \(range) \(sorting) OFFSET \(calls) LIMIT 1), \(last)) AS at) \

            """
    }

    /// One query for each day, tied together: PostgreSQL runs them one after the other until the page is full. `OFFSET 0` keeps it from walking through a day's
    /// calls in their order, hoping for an early end.
    private func byDay(_ window: TrailWindow, _ clause: inout TrailClause) -> String {
        let lookUp = clause.indexTerms + (tagTerm(binding: &clause).map { [$0] } ?? [])
        let terms = (clause.terms + [Self.highestSource]).joined(separator: " AND ")
        let days = window.days(ascending: isAscending).map { day in
            """
            (SELECT \(TrailRow.endedColumns) FROM (SELECT * FROM audit.calls WHERE \((Self.range(day) + lookUp).joined(separator: " AND ")) OFFSET 0) AS c \
            WHERE \(terms) \(sorting) LIMIT \(limit + 1))
            """
        }
        return days.count == 1 ? days[0] : "(\(days.joined(separator: " UNION ALL ")) LIMIT \(limit + 1))"
    }

    /// What leads through the index of tags to the calls; nil when nothing is narrowed that has tags.
    func tagTerm(binding clause: inout TrailClause) -> String? {
        let tags = tags
        guard !tags.isEmpty else { return nil }
        let hashes = tags.map { tag in tag.function.replacing("?", with: clause.bind(tag.value)) }
        return "\(Self.tagsOfCall) @> ARRAY[\(hashes.joined(separator: ", "))]"
    }

    private static let tagsOfCall =
        "audit.tags(caller, app, seller, method, status, code, sub_code, top_request_id, client_request_id)"

    /// What every call can match.
    func addCommon(to clause: inout TrailClause) {
        clause.add(method: method)
        clause.add("app", equals: app)
        clause.add("seller", equals: seller)
        clause.add("caller", equals: caller)
        clause.add("client_request_id", equals: clientRequestID)
        clause.add(ref: ref)
        if key != nil { clause.add(fingerprints: fingerprints) }
    }

    /// All that a call that has ended can match, but for times.
    func addAll(to clause: inout TrailClause) {
        addCommon(to: &clause)
        addEnded(to: &clause)
    }

    /// What only a call that has ended can match.
    func addEnded(to clause: inout TrailClause) {
        clause.add("outcome", equals: outcome)
        clause.add("code", equals: code)
        clause.add("sub_code", equals: subCode)
        clause.add("top_request_id", equals: topRequestID)
        if let outcome, outcome != Outcome.success.rawValue { clause.terms.append("outcome <> 'success'") }
        if let status { clause.terms.append("status = \(status)") }
        if let minimumDurationMilliseconds {
            clause.terms.append("duration_us >= \(minimumDurationMilliseconds * 1000)")
        }
        if let settled { clause.terms.append(settled.term) }
    }

    /// A reconciler's row counts only while the replica that made the call has written none.
    static let highestSource = "(c.source = 1 OR NOT audit.has_result(c.at, c.id))"

    private static func isOpen(in window: TrailWindow) -> String {
        """
        NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = i.at AND r.id = i.id AND r.at >= \(instant(window.from)) \
        AND r.at < \(instant(window.to)))
        """
    }

    private static func range(_ window: TrailWindow) -> [String] {
        ["at >= \(instant(window.from))", "at < \(instant(window.to))"]
    }

    /// An instant as a literal: the planner prunes partitions by it.
    private static func instant(_ milliseconds: Int64) -> String {
        "'\(TOPTime.rfc3339(epochMilliseconds: Int(milliseconds)))'::timestamptz"
    }
}

import Postgres
import TOP

extension TrailFilter {
    /// How the calls of a stretch of time are looked for.
    enum Search: Sendable {
        /// By an index that has the order of the list, so that a full page ends it.
        case ordered
        /// In the same way, but no further than so many calls from the beginning: a value that many calls share fills a page there.
        case near(calls: Int)
        /// By an index without an order, a few days after the other.
        case parts
    }

    /// The statement for the calls of one stretch of time, with one row more than the page so that the reader knows whether there is a next one.
    /// - Parameter openSince: open calls are looked for from this instant on; nil: not at all.
    func statement(
        _ window: TrailWindow, openSince: Int64?, by search: Search = .ordered
    ) -> (sql: String, parameters: [SQLValue]) {
        var clause = TrailClause()
        addCommon(to: &clause)
        var parts = clause.add(siblingsOf: siblingOf).map { [$0] } ?? []
        clause.add(cursor)
        let common = clause
        var edge: [String] = []
        if case .near(let calls) = search {
            parts.append(edgeStatement(window, calls: calls))
            edge = ["at \(isAscending ? "<=" : ">=") (SELECT at FROM edge)"]
        }
        var ended: String?
        if outcome != Outcome.open {
            addEnded(to: &clause)
            if case .parts = search {
                ended = byParts(window, &clause)
            } else {
                let terms = Self.range(window) + edge + clause.terms + [Self.highestSource]
                ended = select(TrailRow.endedColumns, "audit.calls AS c", terms)
            }
        }
        guard admitsOpen, let openSince, openSince < window.to else {
            guard let ended else { return (Self.nothing, []) }
            return (with(parts, ended), clause.parameters)
        }
        let since = TrailWindow(from: max(openSince, window.from), to: window.to)
        var terms = Self.range(since) + edge + common.terms
        guard let ended else {
            let open = select(TrailRow.openColumns, "audit.intents AS i", terms + [Self.isOpen(in: since)])
            return (with(parts, open), clause.parameters)
        }
        parts += ["ended AS MATERIALIZED \(ended)", pageStatement(since)]
        let comparison = isAscending ? "<=" : ">="
        terms += ["at \(comparison) (SELECT at FROM page)"]
        terms += [Self.isOpen(in: since, and: "r.at \(comparison) (SELECT at FROM page)")]
        let union = "SELECT * FROM ended UNION ALL " + select(TrailRow.openColumns, "audit.intents AS i", terms)
        return (with(parts, "SELECT * FROM (\(union)) AS t \(sorting) LIMIT \(limit + 1)"), clause.parameters)
    }

    private static let nothing = "SELECT \(TrailRow.openColumns) FROM audit.intents WHERE false"

    private func with(_ parts: [String], _ query: String) -> String {
        parts.isEmpty ? query : "WITH \(parts.joined(separator: ", ")) \(query)"
    }

    /// Where the page ends whatever open calls there are beyond: a page that calls which have ended fill needs no look at all open ones, which may be the intents
    /// of minutes.
    private func pageStatement(_ window: TrailWindow) -> String {
        let (last, end) = isAscending ? ("max", window.to) : ("min", window.from)
        return """
            page AS MATERIALIZED (SELECT coalesce((SELECT \(last)(at) FROM ended HAVING count(*) > \(limit)), \(Self.instant(end))) AS at)
            """
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
            edge AS MATERIALIZED (SELECT coalesce((SELECT at FROM audit.calls WHERE \(range) \(sorting) OFFSET \(calls) LIMIT 1), \(last)) AS at)
            """
    }

    /// One query for each part, tied together: PostgreSQL runs them one after the other until the page is full. More parts would take longer to plan than to run.
    /// `OFFSET 0` keeps it from walking through all calls in their order, hoping for an early end.
    private func byParts(_ window: TrailWindow, _ clause: inout TrailClause) -> String {
        let lookUp = clause.indexTerms + (tagTerm(binding: &clause).map { [$0] } ?? [])
        let terms = (clause.terms + [Self.highestSource]).joined(separator: " AND ")
        let parts = window.parts(ascending: isAscending).map { part in
            """
            (SELECT \(TrailRow.endedColumns) FROM (SELECT * FROM audit.calls WHERE \((Self.range(part) + lookUp).joined(separator: " AND ")) OFFSET 0) AS c \
            WHERE \(terms) \(sorting) LIMIT \(limit + 1))
            """
        }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " UNION ALL ")) LIMIT \(limit + 1))"
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

    private static func isOpen(in window: TrailWindow, and term: String = "true") -> String {
        """
        NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = i.at AND r.id = i.id AND r.at >= \(instant(window.from)) \
        AND r.at < \(instant(window.to)) AND \(term))
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

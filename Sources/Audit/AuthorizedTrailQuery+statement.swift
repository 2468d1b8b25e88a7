import Postgres
import TOP

extension AuthorizedTrailQuery {
    /// How the calls of a stretch of time are looked for.
    enum Search: Sendable {
        /// By an index that has the order of the list, so that a full page ends it.
        case ordered
        /// One by one in the order of the list, so many calls at most: a value that many calls share fills a page there.
        case near(calls: Int)
        /// By an index without an order, one part of the stretch after the other; what is later than `now` counts to the first. The first parts are shorter than
        /// days where thousands of a day's calls may share the value.
        case parts(now: Int64, isCommon: Bool)
    }

    /// The statement for the calls of one stretch of time, with one row more than the page so that the reader knows whether there is a next one.
    ///
    /// Its text holds days and hours where the planner needs them to leave partitions out; all that differs from one question to the next is a parameter,
    /// so that the plan of a statement can be kept.
    /// - Parameter openSince: open calls are looked for from this instant on; nil: not at all.
    func statement(
        _ window: TrailWindow, openSince: Int64?, by search: Search = .ordered
    ) -> (sql: String, parameters: [SQLValue]) {
        var clause = TrailClause()
        addCommon(to: &clause)
        clause.add(cursor)
        var parts = clause.parts
        let common = clause
        var ended: String?
        if self.outcome != Outcome.open {
            addEnded(to: &clause)
            ended = endedStatement(window, &clause, by: search)
        }
        guard admitsOpen, let openSince, openSince < window.to else {
            guard let ended else { return (Self.nothing, []) }
            return (with(parts, ended), clause.parameters)
        }
        let since = TrailWindow(from: max(openSince, window.from), to: window.to)
        let recent = Self.range(since.wholeDays) + clause.range(since)
        guard let ended else {
            let terms = recent + common.terms + [Self.isOpen(recent)]
            return (with(parts, select(TrailRow.openColumns, "audit.intents AS i", terms)), clause.parameters)
        }
        parts += ["ended AS MATERIALIZED \(ended)", pageStatement(search)]
        let edge = "at \(isAscending ? "<=" : ">=") (SELECT at FROM page)"
        let terms = recent + common.terms + [edge, Self.isOpen(recent + [edge])]
        let union = "SELECT * FROM ended UNION ALL " + select(TrailRow.openColumns, "audit.intents AS i", terms)
        return (with(parts, "SELECT * FROM (\(union)) AS t \(sorting) LIMIT \(limit + 1)"), clause.parameters)
    }

    private static let nothing = "SELECT \(TrailRow.openColumns) FROM audit.intents WHERE false"

    private func with(_ parts: [String], _ query: String) -> String {
        parts.isEmpty ? query : "WITH \(parts.joined(separator: ", ")) \(query)"
    }

    /// Where the page ends whatever open calls there are beyond: a page that calls which have ended fill needs no look at all open ones, which may be the intents
    /// of minutes. A look at the nearest calls that do not fill the page is no answer, so that its open ones are of no interest.
    private func pageStatement(_ search: Search) -> String {
        let isNear = if case .near = search { true } else { false }
        let end = isAscending == isNear ? "-infinity" : "infinity"
        return """
            page AS MATERIALIZED (SELECT coalesce((SELECT \(isAscending ? "max" : "min")(at) FROM ended HAVING count(*) > \(limit)), \
            '\(end)'::timestamptz) AS at)
            """
    }

    private var sorting: String { isAscending ? "ORDER BY at, id" : "ORDER BY at DESC, id DESC" }

    private func select(_ columns: String, _ table: String, _ terms: [String]) -> String {
        "(SELECT \(columns) FROM \(table) WHERE \(terms.joined(separator: " AND ")) \(sorting) LIMIT \(limit + 1))"
    }

    /// The calls of a stretch that have ended.
    private func endedStatement(
        _ window: TrailWindow, _ clause: inout TrailClause, by search: Search
    ) -> String {
        let terms = clause.terms + [Self.highestSource]
        let exact = clause.range(window)
        let range = Self.range(window.wholeDays) + exact
        switch search {
        case .ordered:
            return select(TrailRow.endedColumns, "audit.calls AS c", range + terms)
        case .near(let calls):
            let nearest =
                "(SELECT * FROM audit.calls WHERE \(range.joined(separator: " AND ")) \(sorting) LIMIT \(calls)) AS c"
            return select(TrailRow.endedColumns, nearest, terms)
        case .parts(let now, let isCommon):
            let parts = window.parts(ascending: isAscending, hours: isCommon ? [1, 3] : [], now: now)
            return byParts(parts, exact, &clause)
        }
    }

    /// One query for each part, tied together: PostgreSQL runs them one after the other until the page is full. More parts would take longer to plan than to run.
    /// `OFFSET 0` keeps it from walking through all calls in their order, hoping for an early end.
    private func byParts(_ parts: [TrailWindow], _ exact: [String], _ clause: inout TrailClause) -> String {
        let lookUp = clause.indexTerms + clause.equalities + (tagTerm(binding: &clause).map { [$0] } ?? [])
        let terms = (exact + clause.terms + [Self.highestSource]).joined(separator: " AND ")
        let queries = parts.map { part in
            """
            (SELECT \(TrailRow.endedColumns) FROM (SELECT * FROM audit.calls WHERE \((Self.range(part) + lookUp).joined(separator: " AND ")) OFFSET 0) AS c \
            WHERE \(terms) \(sorting) LIMIT \(limit + 1))
            """
        }
        return queries.count == 1 ? queries[0] : "(\(queries.joined(separator: " UNION ALL ")) LIMIT \(limit + 1))"
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

    /// A reconciler's row counts only while the replica that made the call has written none.
    static let highestSource = "(c.source = 1 OR NOT audit.has_result(c.at, c.id))"

    private static func isOpen(_ range: [String]) -> String {
        let terms = range.map { "r." + $0 }.joined(separator: " AND ")
        return "NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = i.at AND r.id = i.id AND \(terms))"
    }

    /// The ends of a stretch as literals: the planner leaves partitions out by them.
    private static func range(_ window: TrailWindow) -> [String] {
        [("at >=", window.from), ("at <", window.to)].map { comparison, instant in
            "\(comparison) '\(TOPTime.rfc3339(epochMilliseconds: Int(instant)))'::timestamptz"
        }
    }
}

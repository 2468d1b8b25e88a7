import Postgres
import TOP
import Time

extension AuthorizedTrailQuery {
    /// How to search the calls of a time range.
    enum Search: Sendable {
        /// By an index in the order of the list. The search ends when the page is full.
        case ordered
        /// Check the nearest calls one by one, at most this many. This is fast for a value that many calls share.
        case near(calls: Int)
        /// By an index without an order, one part of the range after the other. The first part includes everything
        /// later than `now`. If the value is common, the first parts are shorter than a day, because a day may have
        /// thousands of matches.
        case parts(now: Int64, isCommon: Bool)
    }

    /// The statement for the calls of one time range. It returns one row more than the page if there is a next page.
    ///
    /// Its text has days and hours where the planner needs them to leave partitions out. Everything else is a
    /// parameter, so that PostgreSQL can reuse the plan.
    /// - Parameter openSince: where to begin to search open calls; nil for a search without open calls.
    func statement(
        _ window: TimeRange, openSince: Int64?, by search: Search = .ordered
    ) -> (sql: String, parameters: [SQLValue]) {
        var clause = WhereBuilder()
        addCommon(to: &clause)
        clause.add(cursor)
        var parts = clause.parts
        let common = clause
        var ended: String?
        if let edge = slowEdge, window.to <= edge { clause.terms.append("duration_us >= 10000000") }
        if !query.isOnlyOpen {
            addEnded(to: &clause)
            ended = endedStatement(window, &clause, by: search)
        }
        guard admitsOpen, let openSince, openSince < window.to else {
            guard let ended else { return (Self.nothing, []) }
            return (with(parts, ended), clause.parameters)
        }
        let since = TimeRange(from: max(openSince, window.from), to: window.to)
        let recent = Self.range(since.wholeDays) + clause.range(since)
        guard let ended else {
            let terms = recent + common.terms + [Self.isOpen(recent)]
            return (with(parts, select(CallSummary.openColumns, "audit.intents AS i", terms)), clause.parameters)
        }
        parts += ["ended AS MATERIALIZED \(ended)", pageStatement(search)]
        let edge = "at \(isAscending ? "<=" : ">=") (SELECT at FROM page)"
        let terms = recent + common.terms + [edge, Self.isOpen(recent + [edge])]
        let union = "SELECT * FROM ended UNION ALL " + select(CallSummary.openColumns, "audit.intents AS i", terms)
        return (with(parts, "SELECT * FROM (\(union)) AS t \(sorting) LIMIT \(limit + 1)"), clause.parameters)
    }

    private static let nothing = "SELECT \(CallSummary.openColumns) FROM audit.intents AS i WHERE false"

    private func with(_ parts: [String], _ query: String) -> String {
        parts.isEmpty ? query : "WITH \(parts.joined(separator: ", ")) \(query)"
    }

    /// The instant at which the page ends. If ended calls already fill the page, open calls beyond this instant need
    /// not be read: there may be minutes of intents. A search of the nearest calls that does not fill the page is
    /// discarded, so it skips open calls.
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

    /// The part of the statement for calls that have ended.
    private func endedStatement(
        _ window: TimeRange, _ clause: inout WhereBuilder, by search: Search
    ) -> String {
        let terms = clause.terms + [Self.highestSource]
        let exact = clause.range(window)
        let range = Self.range(window.wholeDays) + exact
        switch search {
        case .ordered:
            return select(CallSummary.endedColumns, "audit.calls AS c", range + terms)
        case .near(let calls):
            let nearest =
                "(SELECT * FROM audit.calls WHERE \(range.joined(separator: " AND ")) \(sorting) LIMIT \(calls)) AS c"
            return select(CallSummary.endedColumns, nearest, terms)
        case .parts(let now, let isCommon):
            let parts = window.parts(ascending: isAscending, hours: isCommon ? [1, 3] : [], now: now)
            return byParts(parts, exact, &clause)
        }
    }

    /// One query for each part. PostgreSQL runs them in order until the page is full. More parts would take longer to
    /// plan than to run. `OFFSET 0` prevents a scan of all calls in their order, which the planner would choose in the
    /// hope of an early end.
    private func byParts(_ parts: [TimeRange], _ exact: [String], _ clause: inout WhereBuilder) -> String {
        let lookUp = clause.indexTerms + clause.equalities + (tagTerm(binding: &clause).map { [$0] } ?? [])
        let terms = (exact + clause.terms + [Self.highestSource]).joined(separator: " AND ")
        let rangeTerms = clause.rangeTerms
        let queries = parts.map { part in
            let range = Self.range(part)
            let found = range + lookUp + rangeTerms.map { $0(range.joined(separator: " AND ")) }
            return """
                (SELECT \(CallSummary.endedColumns) FROM (SELECT * FROM audit.calls WHERE \(found.joined(separator: " AND ")) OFFSET 0) AS c \
                WHERE \(terms) \(sorting) LIMIT \(limit + 1))
                """
        }
        return queries.count == 1 ? queries[0] : "(\(queries.joined(separator: " UNION ALL ")) LIMIT \(limit + 1))"
    }

    /// The condition that uses the index of tags; nil if no filter has a tag.
    func tagTerm(binding clause: inout WhereBuilder) -> String? {
        let tags = tags.map { tag in tag.values.map { tag.function.replacing("?", with: clause.bind($0)) } }
        // A call has all of the filters' values, and one of each filter's.
        let needed = tags.filter { $0.count == 1 }.map { $0[0] }
        var terms = needed.isEmpty ? [] : ["\(Self.tagsOfCall) @> ARRAY[\(needed.joined(separator: ", "))]"]
        for hashes in tags where hashes.count > 1 {
            terms.append("\(Self.tagsOfCall) && ARRAY[\(hashes.joined(separator: ", "))]")
        }
        return terms.isEmpty ? nil : terms.joined(separator: " AND ")
    }

    static let tagsOfCall =
        "audit.tags(caller, app, seller, method, status, code, sub_code, top_request_id, client_request_id)"

    /// A row of the reconciler counts only if the replica that made the call has not written its own.
    static let highestSource = "(c.source = 1 OR NOT audit.has_result(c.at, c.id))"

    private static func isOpen(_ range: [String]) -> String {
        let terms = range.map { "r." + $0 }.joined(separator: " AND ")
        return "NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = i.at AND r.id = i.id AND \(terms))"
    }

    /// The ends of a range as literals, so that the planner can leave partitions out.
    private static func range(_ window: TimeRange) -> [String] {
        [("at >=", window.from), ("at <", window.to)].map { comparison, instant in
            "\(comparison) '\(RFC3339.text(epochMilliseconds: instant))'::timestamptz"
        }
    }
}

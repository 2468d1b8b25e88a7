import Postgres
import TOP

extension TrailFilter {
    /// The statement for the calls of one stretch of time, with one row more than the page so that the reader knows whether there is a next one.
    /// - Parameter openSince: open calls are looked for from this instant on; nil: not at all.
    func statement(_ window: TrailWindow, openSince: Int64?) -> (sql: String, parameters: [SQLValue]) {
        var clause = TrailClause()
        let range = clause.range(window)
        addCommon(to: &clause)
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

    /// What every call can match.
    private func addCommon(to clause: inout TrailClause) {
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
    private func addEnded(to clause: inout TrailClause) {
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

    private static func isOpen(since: String, _ range: TrailClause.Range) -> String {
        """
        NOT EXISTS (SELECT FROM audit.calls AS r WHERE r.at = i.at AND r.id = i.id AND r.at >= \(since) AND r.at < \(range.to))
        """
    }
}

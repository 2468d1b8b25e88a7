import Postgres
import TOP
import Time

/// Builds the statement of a result. It combines stored counts with counts of calls.
struct StatsStatement {
    private let query: AuthorizedStatsQuery
    private let plan: StatsPlan
    private let filters: [String]
    /// The condition that uses the index of tags.
    private let lookUp: String?
    private let parameters: [SQLValue]

    /// Makes the statement; nil if no time range has calls.
    static func make(_ query: AuthorizedStatsQuery, _ plan: StatsPlan) -> (sql: String, parameters: [SQLValue])? {
        let statement = StatsStatement(query, plan)
        return statement.text.map { ($0, statement.parameters) }
    }

    private init(_ query: AuthorizedStatsQuery, _ plan: StatsPlan) {
        self.query = query
        self.plan = plan
        var clause = WhereBuilder()
        query.filter.addCommon(to: &clause)
        query.filter.addEnded(to: &clause)
        filters = clause.terms
        // Only the part that reads calls has this parameter, so it needs its own number.
        lookUp = plan.live.isEmpty ? nil : query.filter.tagTerm(binding: &clause)
        parameters = clause.parameters
    }

    /// The column `counted` is the number of calls that were counted one by one.
    private var text: String? {
        let kept = keptPart
        let cells = cellPart
        let live = livePart
        var parts: [String] = []
        var counted: [String] = []
        if let kept { if isFinal { parts.append(kept) } else { counted.append(kept) } }
        counted += [cells, live].compactMap { $0 }
        if !counted.isEmpty { parts.append(aggregate(of: counted.joined(separator: " UNION ALL "))) }
        guard !parts.isEmpty else { return nil }
        let order =
            ["answer.at"] + (query.bucket == .all ? ["calls DESC"] : []) + names.map { "\($0) COLLATE \"C\"" }
        let columns = names + Self.sums + ["p50_us", "p95_us", "p99_us"]
        return """
            SELECT (date_part('epoch', answer.at) * 1000)::bigint AS ms, \(list(columns)), \
            \(live == nil ? "0::bigint" : "(sum(live) OVER ())::bigint") AS counted
            FROM (\(parts.joined(separator: " UNION ALL "))) AS answer \
            ORDER BY \(list(order)) LIMIT \(StatsQuery.maximumRows + 1)
            """
    }

    /// Whether rows of the rollups are rows of the result.
    private var isFinal: Bool {
        guard case .rollups(let grain, let set) = plan.source, grain == query.bucket else { return false }
        return Set(query.dimensions).union(query.filter.pinned).isSuperset(of: set)
    }

    /// The names of the dimensions' columns in the statement.
    private var names: [String] { query.dimensions.indices.map { "d\($0)" } }

    /// The values of the dimensions under these names. Stored counts do not have NULL.
    private func values(canBeNull: Bool) -> [String] {
        query.dimensions.enumerated().map {
            (canBeNull ? "coalesce(\($1.rawValue), '')" : $1.rawValue) + " AS d\($0)"
        }
    }

    private func list(_ parts: [String]) -> String { parts.joined(separator: ", ") }

    /// The first instant of a row's bucket.
    private var start: String {
        query.bucket == .all ? Self.instant(query.fromMilliseconds) : "audit.bucket('\(query.bucket.rawValue)', at)"
    }

    /// An instant as a literal, so that the planner leaves other partitions out.
    private static func instant(_ milliseconds: Int64) -> String {
        "'\(RFC3339.text(epochMilliseconds: milliseconds))'::timestamptz"
    }

    private func within(_ windows: [TimeRange]) -> String {
        var terms: [String] = []
        for window in windows {
            terms.append("at >= \(Self.instant(window.from)) AND at < \(Self.instant(window.to))")
        }
        return "(" + terms.joined(separator: " OR ") + ")"
    }
}

extension StatsStatement {
    /// The part from rollups: rows of the result, or partial rows to sum.
    private var keptPart: String? {
        guard !plan.kept.isEmpty, case .rollups(let grain, let set) = plan.source else { return nil }
        let conditions = ([within(plan.kept)] + filters).joined(separator: " AND ")
        let columns = values(canBeNull: false) + Self.sums
        let table = "(\(Self.table(grain, set))) AS kept WHERE \(conditions)"
        if isFinal {
            return "SELECT \(list(["at"] + columns)), p50_us, p95_us, p99_us, 0::bigint AS live FROM \(table)"
        }
        return "SELECT \(list(["\(start) AS start"] + columns)), \(noDuration), 0 AS live FROM \(table)"
    }

    /// The part from cells: partial rows.
    private var cellPart: String? {
        guard !plan.cells.isEmpty else { return nil }
        let conditions = ([within(plan.cells)] + filters).joined(separator: " AND ")
        let columns = ["\(start) AS start"] + values(canBeNull: false) + Self.sums
        return """
            SELECT \(list(columns)), \(isByArrays ? "durations" : noDuration), 0 AS live \
            FROM (SELECT *, CASE WHEN outcome IN ('success', 'accepted') THEN 0 ELSE calls END AS errors FROM audit.rollup_cells \
            WHERE \(query.used.contains(.caller) ? "" : "NOT ")per_caller) AS cells WHERE \(conditions)
            """
    }

    private static let sums = ["calls", "errors", "request_bytes", "response_bytes"]

    private var noDuration: String { isByArrays ? "NULL::bigint[] AS durations" : "NULL::bigint AS duration" }

    /// A table of rollups, with columns named after its dimensions.
    private static func table(_ grain: StatsQuery.Bucket, _ set: [StatsQuery.Dimension]) -> String {
        let columns = "calls, errors, request_bytes, response_bytes, p50_us, p95_us, p99_us"
        let of = "grain = '\(grain.rawValue)'"
        let name = set.map(\.rawValue).joined(separator: ",")
        switch set.count {
        case 2:
            return """
                SELECT at, first AS \(set[0].rawValue), second AS \(set[1].rawValue), \(columns) FROM audit.rollup_pairs \
                WHERE \(of) AND dimensions = '\(name)'
                """
        case 1:
            return
                "SELECT at, value AS \(name), \(columns) FROM audit.rollups WHERE \(of) AND dimension = '\(name)'"
        default: return "SELECT at, \(columns) FROM audit.rollups WHERE \(of) AND dimension = ''"
        }
    }

    /// The part that counts calls: at most one more than the maximum.
    private var livePart: String? {
        guard !plan.live.isEmpty else { return nil }
        var branches: [String] = []
        let start = start
        let values = values(canBeNull: true)
        let duration = isByArrays ? "ARRAY[duration_us] AS durations" : "duration_us AS duration"
        for window in plan.live {
            let conditions =
                ([within([window])] + filters + [lookUp, AuthorizedTrailQuery.highestSource].compactMap { $0 })
                .joined(
                    separator: " AND ")
            branches.append(
                """
                SELECT \(list(["\(start) AS start"] + values)), 1::bigint AS calls, \
                (outcome NOT IN ('success', 'accepted'))::integer::bigint AS errors, \
                request_bytes, response_bytes, \(duration), 1 AS live FROM audit.calls AS c WHERE \(conditions)
                """)
        }
        return "(\(branches.joined(separator: " UNION ALL ")) LIMIT \(StatsQuery.maximumCalls + 1))"
    }

    /// Sums partial rows into rows of the result.
    private func aggregate(of parts: String) -> String {
        let group = list(["start"] + names)
        let quantiles =
            query.wantsQuantiles
            ? "percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration)" : "NULL::bigint[]"
        return """
            SELECT \(list(["start AS at"] + names + Self.sums)), q[1] AS p50_us, q[2] AS p95_us, q[3] AS p99_us, live \
            FROM (SELECT \(group), \(list(Self.sums.map { "sum(\($0))::bigint AS \($0)" })), \(quantiles) AS q, sum(live) AS live \
            FROM (\(isByArrays ? single(parts) : parts)) AS parts GROUP BY \(group)) AS counted
            """
    }

    /// Whether partial rows have arrays with the durations of many calls.
    private var isByArrays: Bool {
        query.wantsQuantiles && !plan.cells.isEmpty
    }

    /// Splits partial rows into rows with one duration each. They are sorted before the split, because there are far
    /// fewer of them then and grouping needs the order. Set-returning functions in one SELECT run in parallel.
    /// PostgreSQL fills the shorter ones with NULL, which sums ignore.
    private func single(_ parts: String) -> String {
        let group = list(["start"] + names)
        let once = (Self.sums + ["live"]).map {
            "unnest(ARRAY[\($0)]) AS \($0)"
        }
        return
            "SELECT \(group), \(list(once)), unnest(durations) AS duration FROM (\(parts)) AS cells ORDER BY \(group)"
    }
}

public import Postgres
import TOP

/// Reads the trail. Every query is bounded in rows and time.
public final class TrailReader {
    private let pool: PostgresPool
    private let timeout: Duration
    let searchTime: Duration
    private var known: (bounds: Bounds, until: ContinuousClock.Instant)?

    /// - Parameters:
    ///   - pool: connections of the loop on which the reader is used.
    ///   - timeout: the longest that one query may take.
    ///   - searchTime: the longest that a list looks for its page.
    public init(pool: PostgresPool, timeout: Duration = .seconds(10), searchTime: Duration = .seconds(5)) {
        self.pool = pool
        self.timeout = timeout
        self.searchTime = searchTime
    }

    /// Ends the connections; queries fail from now on.
    public func close() { pool.close() }

    /// How many of the nearest calls are looked at one by one before an index is asked. Few when a business key is looked for: most keys are of few calls,
    /// and to compare keys takes longer than to compare texts.
    private static func nearCalls(_ filter: AuthorizedTrailQuery) -> Int { filter.key == nil ? 2000 : 300 }

    /// A business key of so many of the nearest calls is a common one.
    private static let callsOfCommonKey = 3

    /// One page of calls. A search that finds too little in its time returns what it has, and says how far it came.
    public func list(_ filter: AuthorizedTrailQuery) async throws(PostgresError) -> TrailPage {
        let end = ContinuousClock.now + searchTime
        let bounds = try await recentBounds()
        var walk = TrailWalk(
            whole(filter, bounds), isAscending: filter.isAscending, isIndexed: filter.isIndexed,
            isLookUp: filter.isLookUp)
        var filter = filter
        let limit = filter.limit
        let near = try await nearest(filter, walk, bounds)
        if near.count > limit { return TrailPage(rows: near, filter: filter) }
        let isCommon = !filter.isRare && (filter.key == nil || near.count >= Self.callsOfCommonKey)
        if isCommon { walk.beginShort() }
        var found: [TrailRow] = []
        while found.count <= limit, let window = walk.next {
            let left = end - ContinuousClock.now
            filter.limit = limit - found.count
            let search: AuthorizedTrailQuery.Search =
                filter.isLookUp ? .parts(now: bounds.now, isCommon: isCommon) : .ordered
            if left > .zero,
                let rows = try await rowsInTime(filter, window, bounds, by: search, within: min(left, searchTime / 2))
            {
                found += rows
                walk.passed(window)
            } else if left <= searchTime / 4 || !walk.shorten() {
                filter.limit = limit
                return TrailPage(rows: found, filter: filter, scannedUntil: walk.edge)
            }
        }
        filter.limit = limit
        return TrailPage(rows: found, filter: filter)
    }

    /// Those of the calls nearest to the page's beginning that match, where it is likely that they fill it. Without open calls when they do not.
    private func nearest(
        _ filter: AuthorizedTrailQuery, _ walk: TrailWalk, _ bounds: Bounds
    ) async throws(PostgresError) -> [TrailRow] {
        guard filter.isLookUp, !filter.isRare, let window = walk.nearest else { return [] }
        return try await rowsInTime(
            filter, window, bounds, by: .near(calls: Self.nearCalls(filter)), within: searchTime / 4) ?? []
    }

    /// The rows of one stretch; nil when they took too long.
    private func rowsInTime(
        _ filter: AuthorizedTrailQuery, _ window: TrailWindow, _ bounds: Bounds, by search: AuthorizedTrailQuery.Search,
        within limit: Duration
    ) async throws(PostgresError) -> [TrailRow]? {
        do throws(PostgresError) {
            return try await rows(filter, window, bounds, by: search, within: limit)
        } catch {
            guard case .timeout = error.kind else { throw error }
            return nil
        }
    }

    /// The rows of one stretch, one more than a page when there are more.
    func rows(
        _ filter: AuthorizedTrailQuery, _ window: TrailWindow, _ bounds: Bounds, by search: AuthorizedTrailQuery.Search,
        within limit: Duration? = nil
    ) async throws(PostgresError) -> [TrailRow] {
        let (sql, parameters) = filter.statement(window, openSince: bounds.openSince, by: search)
        // Siblings are found from one call's instant, which has to be known to plan for its day alone.
        let plan: QueryPlan = filter.siblingOf == nil ? .generic : .custom
        return try await pool.query(sql, parameters, plan: plan, timeout: limit ?? searchTime / 2)
            .compactMap { TrailRow($0) }
    }

    /// One statement within the reader's time, or a shorter one.
    func query(
        _ sql: String, _ parameters: [SQLValue], plan: QueryPlan = .custom, within limit: Duration? = nil
    ) async throws(PostgresError) -> Rows {
        try await pool.query(sql, parameters, plan: plan, timeout: min(limit ?? timeout, timeout))
    }

    /// The stretch that a filter's ends and its cursor leave.
    func whole(_ filter: AuthorizedTrailQuery, _ bounds: Bounds) -> TrailWindow {
        var whole = TrailWindow(
            from: max(filter.fromMilliseconds ?? bounds.oldest, bounds.oldest),
            to: min(filter.toMilliseconds ?? bounds.newest, bounds.newest))
        guard let cursor = filter.cursor else { return whole }
        switch cursor.direction {
        case .older: whole.to = min(whole.to, cursor.id.epochMilliseconds + 1)
        case .newer: whole.from = max(whole.from, cursor.id.epochMilliseconds)
        }
        return whole
    }

    /// What limits every search: the first partition, a day from now (clocks differ), and where open calls begin.
    struct Bounds: Sendable {
        let oldest: Int64
        let now: Int64
        var newest: Int64 { now + TrailWalk.day }
        let openSince: Int64?
    }

    /// Bounds of a second ago do for a list: they move on slowly, and back only with a call that came late.
    private func recentBounds() async throws(PostgresError) -> Bounds {
        if let known, known.until > ContinuousClock.now { return known.bounds }
        let bounds = try await bounds()
        known = (bounds, ContinuousClock.now + .seconds(1))
        return bounds
    }

    func bounds() async throws(PostgresError) -> Bounds {
        let sql = """
            SELECT (extract(epoch FROM audit.oldest()) * 1000)::bigint AS oldest, (extract(epoch FROM now()) * 1000)::bigint AS now, \
            (extract(epoch FROM (SELECT closed_before FROM audit.reconciliation)) * 1000)::bigint AS open_since
            """
        let rows = try await pool.query(sql, timeout: searchTime)
        return Bounds(
            oldest: rows.first?["oldest"].integer ?? 0, now: rows.first?["now"].integer ?? 0,
            openSince: rows.first?["open_since"].integer)
    }

    /// One call, or nil when there is none of that id. Readers outside come by ``call(_:for:)``.
    func call(_ id: CallID) async throws(PostgresError) -> TrailRow? {
        let rows = try await pool.query(Self.callStatement, Self.parameters(id), timeout: timeout)
        return rows.first.flatMap { TrailRow($0) }
    }

    /// The masked request of a call; nil when there is none, or no longer.
    func request(of id: CallID) async throws(PostgresError) -> String? {
        let rows = try await pool.query(
            "SELECT request FROM audit.intents WHERE at = \(Self.at) AND id = $2::uuid", Self.parameters(id),
            timeout: timeout)
        return rows.first?["request"].text
    }

    /// The masked response of a call; nil when there is none, or no longer.
    public func response(of row: TrailRow) async throws(PostgresError) -> String? { try await response(of: row.id) }

    func response(of id: CallID) async throws(PostgresError) -> String? {
        let rows = try await pool.query(
            "SELECT response FROM audit.responses WHERE at = \(Self.at) AND id = $2::uuid", Self.parameters(id),
            timeout: timeout)
        return rows.first?["response"].text
    }

    /// The replica's row, else the reconciler's, else the intent: each found in the one partition of its `at`.
    static let callStatement = """
        (SELECT \(TrailRow.endedColumns), source FROM audit.calls WHERE at = \(at) AND id = $2::uuid) \
        UNION ALL (SELECT \(TrailRow.openColumns), -1 FROM audit.intents WHERE at = \(at) AND id = $2::uuid) \
        ORDER BY source DESC LIMIT 1
        """

    private static let at = "$1::timestamptz"

    static func parameters(_ id: CallID) -> [SQLValue] {
        [.text(TOPTime.rfc3339(epochMilliseconds: Int(id.epochMilliseconds))), .text(id.text)]
    }
}

package import Postgres
import TOP
import Time

/// Reads the trail. Every query has a limit of rows and of time.
package final class TrailReader {
    private let pool: PostgresPool
    private let timeout: Duration
    let searchTime: Duration
    private var known: (dataRange: DataRange, until: ContinuousClock.Instant)?

    /// - Parameters:
    ///   - pool: connections of the loop on which the reader is used.
    ///   - timeout: how long a query may take.
    ///   - searchTime: how long a list may search for its page.
    package init(pool: PostgresPool, timeout: Duration = .seconds(10), searchTime: Duration = .seconds(5)) {
        self.pool = pool
        self.timeout = timeout
        self.searchTime = searchTime
    }

    /// Closes the connections. Later queries fail.
    package func close() { pool.close() }

    /// How many of the nearest calls to check one by one before using an index. For a business key the number is low:
    /// most keys have few calls, and comparing keys costs more than comparing texts.
    private static func nearCalls(_ filter: AuthorizedTrailQuery) -> Int { filter.key == nil ? 2000 : 300 }

    /// A business key is common if at least this many of the nearest calls have it.
    private static let callsOfCommonKey = 3

    /// One page of calls. A search whose time ends returns what it has found, with `scannedUntil`.
    package func list(_ filter: AuthorizedTrailQuery) async throws(PostgresError) -> TrailPage {
        try await list(filter, until: ContinuousClock.now + searchTime)
    }

    /// One page of calls. The search ends at `end`.
    func list(
        _ filter: AuthorizedTrailQuery, until end: ContinuousClock.Instant
    ) async throws(PostgresError) -> TrailPage {
        let dataRange = try await recentDataRange()
        var walk = WindowIterator(
            searchRange(filter, dataRange), isAscending: filter.isAscending, isIndexed: filter.isIndexed,
            isLookUp: filter.isLookUp, edge: filter.slowEdge)
        var filter = filter
        let limit = filter.limit
        let near = try await nearest(filter, walk, dataRange)
        if near.count > limit { return TrailPage(rows: near, filter: filter) }
        let isCommon = !filter.isRare && (filter.key == nil || near.count >= Self.callsOfCommonKey)
        if isCommon { walk.beginShort() }
        var found: [CallSummary] = []
        while found.count <= limit, let window = walk.next {
            let left = end - ContinuousClock.now
            filter.limit = limit - found.count
            let search: AuthorizedTrailQuery.Search =
                filter.isLookUp ? .parts(now: dataRange.now, isCommon: isCommon) : .ordered
            if left > .zero,
                let rows = try await rowsInTime(
                    filter, window, dataRange, by: search, within: min(left, searchTime / 2))
            {
                found += rows
                walk.passed(window)
            } else if left <= searchTime / 4 || !walk.shorten() {
                filter.limit = limit
                return TrailPage(rows: found, filter: filter, scannedUntil: walk.position)
            }
        }
        filter.limit = limit
        return TrailPage(rows: found, filter: filter)
    }

    /// The matching calls among those nearest to the beginning of the page, if they are likely to fill it. Open calls
    /// are included only if the page is full.
    private func nearest(
        _ filter: AuthorizedTrailQuery, _ walk: WindowIterator, _ dataRange: DataRange
    ) async throws(PostgresError) -> [CallSummary] {
        guard filter.isLookUp, !filter.isRare, let window = walk.nearest else { return [] }
        return try await rowsInTime(
            filter, window, dataRange, by: .near(calls: Self.nearCalls(filter)), within: searchTime / 4) ?? []
    }

    /// The rows of one window; nil if the query timed out.
    private func rowsInTime(
        _ filter: AuthorizedTrailQuery, _ window: TimeRange, _ dataRange: DataRange,
        by search: AuthorizedTrailQuery.Search,
        within limit: Duration
    ) async throws(PostgresError) -> [CallSummary]? {
        do throws(PostgresError) {
            return try await rows(filter, window, dataRange, by: search, within: limit)
        } catch {
            guard case .timeout = error.kind else { throw error }
            return nil
        }
    }

    /// The rows of one window, at most one more than a page.
    func rows(
        _ filter: AuthorizedTrailQuery, _ window: TimeRange, _ dataRange: DataRange,
        by search: AuthorizedTrailQuery.Search,
        within limit: Duration? = nil
    ) async throws(PostgresError) -> [CallSummary] {
        let (sql, parameters) = filter.statement(window, openSince: dataRange.openSince, by: search)
        // The siblings of a call are near its own instant. Only a plan that knows the instant leaves other partitions
        // out.
        let plan: QueryPlan = filter.siblingOf == nil ? .generic : .custom
        return try await pool.query(sql, parameters, plan: plan, timeout: limit ?? searchTime / 2)
            .compactMap { CallSummary($0) }
    }

    /// Runs one statement within the reader's timeout or a shorter limit.
    func query(
        _ sql: String, _ parameters: [SQLValue], plan: QueryPlan = .custom, within limit: Duration? = nil
    ) async throws(PostgresError) -> Rows {
        try await pool.query(sql, parameters, plan: plan, timeout: min(limit ?? timeout, timeout))
    }

    /// Runs one statement that may take longer than a reader waits.
    func queryAtLength(
        _ sql: String, _ parameters: [SQLValue], within limit: Duration
    ) async throws(PostgresError) -> Rows {
        try await pool.query(sql, parameters, plan: .custom, timeout: limit)
    }

    /// The time range that remains after the times and the cursor of a query are applied.
    func searchRange(_ filter: AuthorizedTrailQuery, _ dataRange: DataRange) -> TimeRange {
        var whole = TimeRange(
            from: max(filter.fromMilliseconds ?? dataRange.oldest, dataRange.oldest),
            to: min(filter.toMilliseconds ?? dataRange.newest, dataRange.newest))
        if let latest = filter.latestBegin { whole.to = min(whole.to, latest) }
        guard let cursor = filter.cursor else { return whole }
        switch cursor.direction {
        case .older: whole.to = min(whole.to, cursor.id.epochMilliseconds + 1)
        case .newer: whole.from = max(whole.from, cursor.id.epochMilliseconds)
        }
        return whole
    }

    /// The range of the trail's data. It ends a day from now because clocks differ.
    struct DataRange: Sendable {
        let oldest: Int64
        let now: Int64
        var newest: Int64 { now + WindowIterator.day }
        let openSince: Int64?
    }

    /// The data range of at most one second ago. That is precise enough for a list, because the range moves slowly.
    private func recentDataRange() async throws(PostgresError) -> DataRange {
        if let known, known.until > ContinuousClock.now { return known.dataRange }
        let dataRange = try await dataRange()
        known = (dataRange, ContinuousClock.now + .seconds(1))
        return dataRange
    }

    func dataRange() async throws(PostgresError) -> DataRange {
        let sql = """
            SELECT (extract(epoch FROM audit.oldest()) * 1000)::bigint AS oldest, (extract(epoch FROM now()) * 1000)::bigint AS now, \
            (extract(epoch FROM (SELECT closed_before FROM audit.reconciliation)) * 1000)::bigint AS open_since
            """
        let rows = try await pool.query(sql, timeout: searchTime)
        return DataRange(
            oldest: rows.first?["oldest"].integer ?? 0, now: rows.first?["now"].integer ?? 0,
            openSince: rows.first?["open_since"].integer)
    }

    /// One call; nil if the id is unknown. Other modules use ``call(_:for:)``, which checks access.
    func call(_ id: CallID) async throws(PostgresError) -> CallSummary? {
        let rows = try await pool.query(Self.callStatement, Self.parameters(id), timeout: timeout)
        return rows.first.flatMap { CallSummary($0) }
    }

    /// The masked request of a call; nil if the trail does not have it, or no longer.
    func request(of id: CallID) async throws(PostgresError) -> String? {
        let rows = try await pool.query(
            "SELECT request FROM audit.intents WHERE at = \(Self.at) AND id = $2::uuid", Self.parameters(id),
            timeout: timeout)
        return rows.first?["request"].text
    }

    /// The masked response of a call; nil if the trail does not have it, or no longer.
    package func response(of row: CallSummary) async throws(PostgresError) -> String? { try await response(of: row.id) }

    func response(of id: CallID) async throws(PostgresError) -> String? {
        let rows = try await pool.query(
            "SELECT response FROM audit.responses WHERE at = \(Self.at) AND id = $2::uuid", Self.parameters(id),
            timeout: timeout)
        return rows.first?["response"].text
    }

    /// Prefers the replica's row, then the reconciler's, then the intent. Each is in the one partition of its `at`.
    static let callStatement = """
        (SELECT \(CallSummary.endedColumns), source FROM audit.calls AS c WHERE at = \(at) AND id = $2::uuid) \
        UNION ALL (SELECT \(CallSummary.openColumns), -1 FROM audit.intents AS i WHERE at = \(at) AND id = $2::uuid) \
        ORDER BY source DESC LIMIT 1
        """

    private static let at = "$1::timestamptz"

    static func parameters(_ id: CallID) -> [SQLValue] {
        [.text(RFC3339.text(epochMilliseconds: id.epochMilliseconds)), .text(id.text)]
    }
}

public import Postgres
public import Vault

/// A query of calls within what its reader may see. `TrailReader.authorize` makes it; there is no other way to read.
@dynamicMemberLookup
public struct AuthorizedTrailQuery: Sendable {
    private(set) var query: TrailQuery
    /// What the reader may see, as far as the query's own filters do not say it already.
    private(set) var bounds: TrailBounds
    /// The business key under every version of the key that made fingerprints. Without any, a search by it finds
    /// nothing.
    let fingerprints: [Int64]

    /// Narrows a query. `TrailReader.authorize` checks `siblingOf` besides.
    init(_ query: TrailQuery, for access: TrailAccess, keys: [FingerprintKey] = []) throws(TrailReadError) {
        self.query = query
        bounds = try access.bounds(app: query.app, method: query.method)
        fingerprints = query.key.map { key in keys.map { $0.fingerprint(name: key.name, value: key.value) } } ?? []
        // A single one is found by its index, and by the aggregates that are kept.
        if query.app == nil, bounds.apps.count == 1 { self.query.app = bounds.apps[0] }
        if self.query.app != nil { bounds.apps = [] }
        if query.method != nil {
            if query.exactMethod != nil { bounds.methods = [] }
        } else if bounds.methods.count == 1 {
            self.query.method = bounds.methods.removeFirst()
        }
    }

    /// The query's members.
    public subscript<Value>(dynamicMember member: KeyPath<TrailQuery, Value>) -> Value { query[keyPath: member] }

    /// Rows of a page.
    var limit: Int {
        get { query.limit }
        set { query.limit = newValue }
    }

    /// Where the page begins.
    var cursor: TrailCursor? {
        get { query.cursor }
        set { query.cursor = newValue }
    }

    /// Whether rows are fetched from earlier to later.
    var isAscending: Bool {
        guard let cursor else { return query.order == .oldest }
        return cursor.direction == .newer
    }
}

/// How calls are searched.
extension AuthorizedTrailQuery {
    /// The values that the index of tags leads to, with the seeds of `audit.tags`.
    var tags: [(value: SQLValue, function: String)] {
        query.filters.compactMap { filter in
            guard case .tag(let seed) = filter.search, let value = filter.tagValue(query) else { return nil }
            if case .integer = value { return (value, "hashint2extended(?::smallint, \(seed))") }
            return (value, "hashtextextended(?, \(seed))")
        }
    }

    /// Whether an index without an order leads to the rows: each day's are found and then sorted.
    var isLookUp: Bool { !tags.isEmpty || query.filters.contains { $0.search == .index } }

    /// Whether every match can be one of a few: a document number and an id are not shared by many calls.
    var isRare: Bool { query.filters.contains(where: \.isRare) }

    /// Whether long stretches of time can be asked at once: an index leads to the rows, or every row matches.
    var isIndexed: Bool {
        if isLookUp { return true }
        if let outcome = query.outcome, outcome != Outcome.success.rawValue { return true }
        if let minimum = query.minimumDurationMilliseconds { return minimum >= 1000 }
        return query.method == nil && query.outcome == nil && query.status == nil && bounds == TrailBounds()
    }

    /// Whether an open call can match.
    var admitsOpen: Bool {
        query.filters.allSatisfy { $0.isOfOpenCalls || $0.name == "outcome" && query.outcome == Outcome.open }
    }

    /// Adds what every call can match, but for times.
    func addCommon(to clause: inout TrailClause) {
        for filter in query.filters where filter.isOfOpenCalls { filter.narrow(self, &clause) }
        clause.add(bounds)
    }

    /// Adds what only a call that has ended can match.
    func addEnded(to clause: inout TrailClause) {
        for filter in query.filters where !filter.isOfOpenCalls { filter.narrow(self, &clause) }
    }
}

extension TrailReader {
    /// The query within what its reader may see, with the fingerprints under which a business key is searched.
    /// - Parameter keys: every version of the fingerprint key.
    public func authorize(
        _ query: TrailQuery, for access: TrailAccess, keys: [FingerprintKey]
    ) async throws(TrailReadError) -> AuthorizedTrailQuery {
        let authorized = try AuthorizedTrailQuery(query, for: access, keys: keys)
        // A reader must not learn what another app's call has in common with its own. An id of no call finds nothing.
        if let id = query.siblingOf { _ = try await call(id, for: access) }
        return authorized
    }

    /// The same for a question for figures.
    public func authorize(
        _ query: StatsQuery, for access: TrailAccess, keys: [FingerprintKey]
    ) async throws(TrailReadError) -> AuthorizedStatsQuery {
        AuthorizedStatsQuery(query, of: try await authorize(query.filter, for: access, keys: keys))
    }

    /// One call, or nil when there is none of that id.
    /// - Throws: `forbidden` for a call that the reader may not see.
    public func call(_ id: CallID, for access: TrailAccess) async throws(TrailReadError) -> TrailRow? {
        let row: TrailRow?
        do { row = try await call(id) } catch { throw .database(error) }
        if let row { try access.check(row) }
        return row
    }

    /// A call that the token's owner made. Another caller's call does not exist for it.
    public func ownCall(_ id: CallID, of token: AccessToken) async throws(PostgresError) -> TrailRow? {
        guard let row = try await call(id), row.caller == token.name else { return nil }
        return row
    }
}

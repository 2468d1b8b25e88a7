package import Postgres
package import Vault

/// A query of calls within what its reader may see. Only `TrailReader.authorize` makes it, and `TrailReader` reads
/// nothing without it.
@dynamicMemberLookup
package struct AuthorizedTrailQuery: Sendable {
    private(set) var query: TrailQuery
    /// What the reader may see, as far as the query's own filters do not ensure it.
    private(set) var scope: AccessScope
    /// The fingerprints of the business key under every version of the fingerprint key. If it is empty, a search by
    /// business key finds nothing.
    let fingerprints: [Int64]

    /// Narrows a query. `TrailReader.authorize` also checks `siblingOf`.
    init(_ query: TrailQuery, for access: TrailAccess, keys: [FingerprintKey] = []) throws(TrailReadError) {
        self.query = query
        scope = try access.scope(
            apps: query.app?.values ?? [], methods: query.method?.values ?? [], sellers: query.seller?.values ?? [])
        let things = (query.key.map { [$0] } ?? []) + (query.thing?.keys ?? [])
        fingerprints = things.flatMap { key in keys.map { $0.fingerprint(name: key.name, value: key.value) } }
        // A filter by the only allowed app can use an index and the rollups.
        if query.app == nil, scope.apps.count == 1 { self.query.app = ValueList(scope.apps[0]) }
        if self.query.app != nil { scope.apps = [] }
        if query.seller != nil { scope.sellers = [] }
        if query.method != nil {
            if query.exactMethods != nil { scope.methods = [] }
        } else if scope.methods.count == 1 {
            self.query.method = ValueList(scope.methods.removeFirst())
        }
    }

    /// The members of the unauthorized query.
    package subscript<Value>(dynamicMember member: KeyPath<TrailQuery, Value>) -> Value { query[keyPath: member] }

    /// The maximum number of rows of a page.
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

/// How a query is searched.
extension AuthorizedTrailQuery {
    /// The values that the index of tags finds, by filter, with the SQL that hashes one as `audit.tags` does.
    var tags: [(values: [SQLValue], function: String)] {
        query.filters.compactMap { filter in
            let values = filter.tagValues(query)
            guard case .tag(let seed) = filter.search, let first = values.first else { return nil }
            if case .integer = first { return (values, "hashint2extended(?::smallint, \(seed))") }
            return (values, "hashtextextended(?, \(seed))")
        }
    }

    /// Calls before this instant match only if they took 10 s or more, because they ended later. In milliseconds since
    /// 1970; nil if the query does not ask for the end of calls. A second is for clocks that were set meanwhile.
    var slowEdge: Int64? { query.finishedFromMilliseconds.map { $0 - 11_000 } }

    /// Calls after this instant cannot match, because they ended even later.
    var latestBegin: Int64? { query.finishedToMilliseconds.map { $0 + 1000 } }

    /// Whether an index without an order leads to the rows. Then the rows of each day are found first and sorted
    /// afterwards.
    var isLookUp: Bool { !tags.isEmpty || query.filters.contains { $0.search == .index } }

    /// Whether few calls can match. For example, few calls share a document number or an id.
    var isRare: Bool { query.filters.contains(where: \.isRare) }

    /// Whether one query can search a long time range, because an index leads to the rows or every row matches.
    var isIndexed: Bool {
        if isLookUp { return true }
        if let outcome = query.outcome, !outcome.contains(Outcome.success.rawValue) { return true }
        if let minimum = query.minimumDurationMilliseconds { return minimum >= 1000 }
        return query.method == nil && query.outcome == nil && query.status == nil && scope == AccessScope()
            && query.finishedFromMilliseconds == nil
    }

    /// Whether an open call can match.
    var admitsOpen: Bool {
        query.filters.allSatisfy {
            $0.matchesOpenCalls || $0.name == "outcome" && query.outcome?.contains(Outcome.open) == true
        }
    }

    /// Adds the conditions that open calls can match too, except for times.
    func addCommon(to clause: inout WhereBuilder) {
        for filter in query.filters where filter.matchesOpenCalls { filter.narrow(self, &clause) }
        clause.add(scope)
    }

    /// Adds the conditions that only ended calls can match.
    func addEnded(to clause: inout WhereBuilder) {
        for filter in query.filters where !filter.matchesOpenCalls { filter.narrow(self, &clause) }
    }
}

extension TrailReader {
    /// Narrows a query to what its reader may see, and resolves its business key to fingerprints.
    /// - Parameter keys: every version of the fingerprint key.
    /// - Throws: `forbidden` if the query names what the reader may not see.
    package func authorize(
        _ query: TrailQuery, for access: TrailAccess, keys: [FingerprintKey]
    ) async throws(TrailReadError) -> AuthorizedTrailQuery {
        let authorized = try AuthorizedTrailQuery(query, for: access, keys: keys)
        // A reader must not learn what another app's call shares with its own. An unknown id finds nothing.
        if let id = query.siblingOf { _ = try await call(id, for: access) }
        return authorized
    }

    /// Narrows a statistics query in the same way.
    package func authorize(
        _ query: StatsQuery, for access: TrailAccess, keys: [FingerprintKey]
    ) async throws(TrailReadError) -> AuthorizedStatsQuery {
        AuthorizedStatsQuery(query, of: try await authorize(query.filter, for: access, keys: keys))
    }

    /// One call; nil if the id is unknown.
    /// - Throws: `forbidden` for a call that the reader may not see.
    package func call(_ id: CallID, for access: TrailAccess) async throws(TrailReadError) -> CallSummary? {
        let row: CallSummary?
        do { row = try await call(id) } catch { throw .database(error) }
        if let row { try access.check(row) }
        return row
    }

    /// A call that the owner of the token made. Calls of others are reported as unknown.
    package func ownCall(_ id: CallID, of token: AccessToken) async throws(PostgresError) -> CallSummary? {
        guard let row = try await call(id), row.caller == token.name else { return nil }
        return row
    }
}

/// A statistics query within what its reader may see. `TrailReader.authorize` makes it.
@dynamicMemberLookup
package struct AuthorizedStatsQuery: Sendable {
    private let query: StatsQuery
    /// The calls that are counted.
    let filter: AuthorizedTrailQuery

    init(_ query: StatsQuery, of filter: AuthorizedTrailQuery) {
        self.query = query
        self.filter = filter
    }

    /// The members of the unauthorized query.
    package subscript<Value>(dynamicMember member: KeyPath<StatsQuery, Value>) -> Value { query[keyPath: member] }

    /// The dimensions that the query groups or filters by.
    var used: Set<StatsQuery.Dimension> { Set(query.dimensions).union(filter.narrowed) }
}

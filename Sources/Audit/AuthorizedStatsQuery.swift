/// A question for figures within what its reader may see. `TrailReader.authorize` makes it.
@dynamicMemberLookup
public struct AuthorizedStatsQuery: Sendable {
    private let query: StatsQuery
    /// The calls that are counted.
    let filter: AuthorizedTrailQuery

    init(_ query: StatsQuery, of filter: AuthorizedTrailQuery) {
        self.query = query
        self.filter = filter
    }

    /// The question's members.
    public subscript<Value>(dynamicMember member: KeyPath<StatsQuery, Value>) -> Value { query[keyPath: member] }

    /// The dimensions by which calls are told apart or narrowed.
    var used: Set<StatsQuery.Dimension> { Set(query.dimensions).union(filter.narrowed) }
}

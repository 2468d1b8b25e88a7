import Postgres

/// A filter of calls: its name, its values and its condition on a row. `all` declares every filter, next to the members
/// of `TrailQuery`.
package struct TrailFilter: DeclaredFilter {
    /// A member of a query.
    typealias Member<Value> = WritableKeyPath<TrailQuery, Value?> & Sendable

    /// How calls with the value are found.
    enum Search: Sendable, Equatable {
        /// No index finds them.
        case scan
        /// The index over `audit.tags` finds them by this seed. Many calls may share the value.
        case tag(Int)
        /// A separate index finds them.
        case index
    }

    /// Where statistics with this filter come from.
    enum StatsSupport: Sendable, Equatable {
        /// Any source. The filter is an end of the time range.
        case anySource
        /// The rollups by this dimension.
        case rollups(StatsQuery.Dimension)
        /// The hourly cells.
        case cells
        /// Only the calls themselves.
        case calls
        /// Statistics do not take the filter.
        case none
    }

    package let name: String
    package let values: FilterValues
    package let text: String
    let search: Search
    let stats: StatsSupport
    /// Whether an open call can match.
    var matchesOpenCalls = true
    /// Whether few calls are expected to match.
    var isRare = false
    private let put: @Sendable (String, inout TrailQuery) -> Bool
    let isGiven: @Sendable (TrailQuery) -> Bool
    /// Whether a query allows exactly one value.
    let isPinned: @Sendable (TrailQuery) -> Bool
    /// The values of a query as the index of tags has them; none if one of them is not in the index.
    let tagValues: @Sendable (TrailQuery) -> [SQLValue]
    /// Adds the filter's condition if the query has a value for it.
    let narrow: @Sendable (AuthorizedTrailQuery, inout WhereBuilder) -> Void

    /// - Parameters:
    ///   - member: the member of a query that holds the value.
    ///   - read: parses a text; returns nil if it is malformed.
    ///   - isPinned: whether the value allows exactly one value of the column.
    ///   - tagged: the values as the index of tags has them.
    ///   - narrow: adds the condition on a row.
    init<Value>(
        _ name: String, _ member: any Member<Value>, _ values: FilterValues, _ text: String, search: Search = .scan,
        stats: StatsSupport, read: @escaping @Sendable (String) -> Value?,
        isPinned: @escaping @Sendable (Value) -> Bool = { _ in true },
        tagged: @escaping @Sendable (Value) -> [SQLValue] = { _ in [] },
        narrow: @escaping @Sendable (Value, AuthorizedTrailQuery, inout WhereBuilder) -> Void = { _, _, _ in }
    ) {
        self.name = name
        self.values = values
        self.text = text
        self.search = search
        self.stats = stats
        put = { text, query in
            guard let value = read(text) else { return false }
            query[keyPath: member] = value
            return true
        }
        isGiven = { $0[keyPath: member] != nil }
        self.isPinned = { $0[keyPath: member].map(isPinned) ?? false }
        tagValues = { $0[keyPath: member].map(tagged) ?? [] }
        self.narrow = { query, clause in
            if let value = query[dynamicMember: member] { narrow(value, query, &clause) }
        }
    }

    /// A filter that compares a column with a text.
    init(
        _ name: String, _ member: any Member<String>, _ text: String, tag: Int, stats: StatsSupport,
        matchesOpenCalls: Bool = true,
        isRare: Bool = false
    ) {
        self.init(
            name, member, .text, text, search: .tag(tag), stats: stats, read: { $0 }, tagged: { [.text($0)] },
            narrow: { $2.add(name, equals: $0) })
        self.matchesOpenCalls = matchesOpenCalls
        self.isRare = isRare
    }

    /// A filter that compares a column with several texts.
    init(
        _ name: String, _ member: any Member<ValueList<String>>, _ text: String, tag: Int, stats: StatsSupport,
        matchesOpenCalls: Bool = true
    ) {
        self.init(
            name, member, .list(.text), text, search: .tag(tag), stats: stats,
            read: { ValueList($0) { $0 } }, isPinned: { $0.only != nil },
            tagged: { $0.values.map { .text($0) } }, narrow: { $2.add(name, among: $0) })
        self.matchesOpenCalls = matchesOpenCalls
    }

    package func put(_ text: String, into query: inout TrailQuery) -> Bool { put(text, &query) }

    /// Whether statistics take the filter.
    package var isForStats: Bool { stats != .none }

    /// A copy of the filter that open calls never match.
    var endedOnly: TrailFilter {
        var filter = self
        filter.matchesOpenCalls = false
        return filter
    }

    /// A copy of the filter that few calls are expected to match.
    var rare: TrailFilter {
        var filter = self
        filter.isRare = true
        return filter
    }
}

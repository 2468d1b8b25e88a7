import Postgres

/// One filter of calls: what clients call it, what it takes, and what it asks of a row.
///
/// `all` declares every filter, beside the members of `TrailQuery`.
public struct TrailFilter: DeclaredFilter {
    /// A member of a query.
    typealias Member<Value> = WritableKeyPath<TrailQuery, Value?> & Sendable

    /// How calls with the value are found.
    enum Search: Sendable, Equatable {
        /// No index leads to them.
        case scan
        /// The index over `audit.tags`, under this seed; many calls may share the value.
        case tag(Int)
        /// An index of their own.
        case index
    }

    /// Where the figures of calls with the value come from.
    enum Figures: Sendable, Equatable {
        /// Any source: the filter is an end of the time that is asked about.
        case anySource
        /// What is kept by this dimension.
        case rollups(StatsQuery.Dimension)
        /// The hourly cells.
        case cells
        /// The calls alone.
        case calls
        /// Nowhere: figures do not take the filter.
        case none
    }

    public let name: String
    public let values: FilterValues
    public let text: String
    let search: Search
    let figures: Figures
    /// Whether an open call can have the value.
    var isOfOpenCalls = true
    /// Whether all calls with the value can be expected to be few.
    var isRare = false
    private let put: @Sendable (String, inout TrailQuery) -> Bool
    let isGiven: @Sendable (TrailQuery) -> Bool
    /// What the index of tags has of a query's value; nil for a value that it does not have.
    let tagValue: @Sendable (TrailQuery) -> SQLValue?
    /// Adds the condition on a row of a query that has the filter.
    let narrow: @Sendable (AuthorizedTrailQuery, inout TrailClause) -> Void

    /// - Parameters:
    ///   - member: where a query holds the value.
    ///   - read: makes a value of a text; nil when it is none.
    ///   - tagged: what the index of tags has of a value.
    ///   - narrow: adds the condition on a row.
    init<Value>(
        _ name: String, _ member: any Member<Value>, _ values: FilterValues, _ text: String, search: Search = .scan,
        figures: Figures, read: @escaping @Sendable (String) -> Value?,
        tagged: @escaping @Sendable (Value) -> SQLValue? = { _ in nil },
        narrow: @escaping @Sendable (Value, AuthorizedTrailQuery, inout TrailClause) -> Void = { _, _, _ in }
    ) {
        self.name = name
        self.values = values
        self.text = text
        self.search = search
        self.figures = figures
        put = { text, query in
            guard let value = read(text) else { return false }
            query[keyPath: member] = value
            return true
        }
        isGiven = { $0[keyPath: member] != nil }
        tagValue = { $0[keyPath: member].flatMap(tagged) }
        self.narrow = { query, clause in
            if let value = query[dynamicMember: member] { narrow(value, query, &clause) }
        }
    }

    /// A filter by the text in a column.
    init(
        _ name: String, _ member: any Member<String>, _ text: String, tag: Int, figures: Figures,
        isOfOpenCalls: Bool = true,
        isRare: Bool = false
    ) {
        self.init(
            name, member, .text, text, search: .tag(tag), figures: figures, read: { $0 }, tagged: { .text($0) },
            narrow: { $2.add(name, equals: $0) })
        self.isOfOpenCalls = isOfOpenCalls
        self.isRare = isRare
    }

    public func put(_ text: String, into query: inout TrailQuery) -> Bool { put(text, &query) }

    /// Whether figures can be narrowed by it.
    public var isOfFigures: Bool { figures != .none }

    /// The filter, which no open call can match.
    var endedOnly: TrailFilter {
        var filter = self
        filter.isOfOpenCalls = false
        return filter
    }

    /// The filter, which few calls can match.
    var rare: TrailFilter {
        var filter = self
        filter.isRare = true
        return filter
    }
}

import Postgres

/// One filter of calls: what clients call it, what it takes, and what it asks of a row. `all` declares every filter.
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
    private var endedOnly: TrailFilter {
        var filter = self
        filter.isOfOpenCalls = false
        return filter
    }

    /// The filter, which few calls can match.
    private var rare: TrailFilter {
        var filter = self
        filter.isRare = true
        return filter
    }
}

extension TrailFilter {
    /// Every filter of calls, in the order in which the manual shows them. The place for a new one.
    public static let all: [TrailFilter] = [
        TrailFilter(
            "from", \.fromMilliseconds, .instant, "Calls from this time on (inclusive).", figures: .anySource,
            read: FilterValues.instant),
        TrailFilter(
            "to", \.toMilliseconds, .instant, "Calls before this time (exclusive).", figures: .anySource,
            read: FilterValues.instant),
        TrailFilter(
            "method", \.method, .text, "A method, or a glob with `*`.", search: .tag(4), figures: .rollups(.method),
            read: { $0 }, tagged: { TrailQuery.isGlob($0) ? nil : .text($0) }, narrow: { $2.add(method: $0) }),
        TrailFilter("app", \.app, "The app that signed.", tag: 2, figures: .rollups(.app)),
        TrailFilter("seller", \.seller, "The seller's alias.", tag: 3, figures: .rollups(.seller)),
        TrailFilter("caller", \.caller, "The name of the caller's token.", tag: 1, figures: .rollups(.caller)),
        TrailFilter(
            "outcome", \.outcome, .choice(Outcome.allCases.map(\.rawValue) + [Outcome.open]),
            "What became of the call. Figures do not take `open`.", figures: .rollups(.outcome),
            read: { $0 == Outcome.open || Outcome(rawValue: $0) != nil ? $0 : nil },
            narrow: { outcome, _, clause in
                clause.add("outcome", equals: outcome)
                // What the partial index of calls that went wrong asks for.
                if outcome != Outcome.success.rawValue { clause.terms.append("outcome <> 'success'") }
            }
        ).endedOnly,
        TrailFilter(
            "status", \.status, .number(100...599), "The HTTP status that was given.", search: .tag(5),
            figures: .cells, read: { number($0, in: 100...599) },
            // Nearly every call has 200.
            tagged: { $0 == 200 ? nil : .integer(Int64($0)) },
            narrow: { $2.add(equality: "status = \($2.bind(.integer(Int64($0))))::smallint") }
        ).endedOnly,
        TrailFilter(
            "code", \.code, "TOP's code, or the transport's.", tag: 6, figures: .cells, isOfOpenCalls: false),
        TrailFilter(
            "sub_code", \.subCode, "TOP's sub_code.", tag: 7, figures: .rollups(.subCode), isOfOpenCalls: false),
        TrailFilter(
            "top_request_id", \.topRequestID, "TOP's id of the call.", tag: 8, figures: .calls, isOfOpenCalls: false,
            isRare: true),
        TrailFilter(
            "client_request_id", \.clientRequestID, "The caller's X-Request-Id.", tag: 9, figures: .calls, isRare: true),
        TrailFilter(
            "min_duration_ms", \.minimumDurationMilliseconds, .number(0...86_400_000),
            "The least milliseconds that the call took.", figures: .calls, read: { number($0, in: 0...86_400_000) },
            narrow: { milliseconds, _, clause in
                clause.terms.append("duration_us >= \(clause.bind(.integer(Int64(milliseconds * 1000))))::bigint")
                // What the partial indexes of slow calls ask for.
                if milliseconds >= 10_000 { clause.terms.append("duration_us >= 10000000") }
                if milliseconds >= 1000 { clause.terms.append("duration_us >= 1000000") }
            }
        ).endedOnly,
        TrailFilter(
            "key", \.key, .businessKey,
            "Calls that touched this thing, by a business key of the catalog such as `channel_profile_id:1`.",
            search: .index, figures: .calls, read: { TrailQuery.key($0) },
            narrow: { $2.add(fingerprints: $1.fingerprints) }),
        TrailFilter(
            "ref", \.ref, .text, "One of the caller's document numbers (Top-Ref).", search: .index, figures: .calls,
            read: { $0 }, narrow: { $2.add(ref: $0) }
        ).rare,
        TrailFilter(
            "sibling_of", \.siblingOf, .callID, "The id of a call: other calls that touched one of its business keys.",
            search: .index, figures: .none, read: { CallID($0) }, narrow: { $2.add(siblingsOf: $0) }
        ).rare,
        TrailFilter(
            "settled", \.settled, .choice(SettledFilter.allCases.map(\.rawValue)),
            "What people's notes say became of the call.", figures: .none, read: { SettledFilter(rawValue: $0) },
            narrow: { $2.terms.append($0.term) }
        ).endedOnly,
    ]

    private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}

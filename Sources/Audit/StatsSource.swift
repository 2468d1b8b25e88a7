/// Which kept counts an answer is made from; see migrations/0004_statistics.sql.
enum StatsSource: Sendable, Equatable {
    /// Counts and quantiles by none, one or two dimensions, in buckets of a grain.
    case rollups(grain: StatsQuery.Bucket, set: [StatsQuery.Dimension])
    /// Hours' calls that are alike in everything but the seller, with their durations.
    case cells
    /// The calls themselves.
    case calls

    /// The pairs that are kept by hours and days.
    private static let pairs: [[StatsQuery.Dimension]] = [
        [.method, .app], [.method, .caller], [.method, .outcome], [.method, .subCode], [.app, .caller],
        [.app, .outcome], [.app, .subCode], [.seller, .outcome], [.caller, .outcome], [.caller, .subCode],
        [.outcome, .subCode],
    ]
    private static let byMinutes: [[StatsQuery.Dimension]] = [[], [.method], [.app], [.outcome], [.subCode]]
    private static let byHours: [[StatsQuery.Dimension]] = byMinutes + [[.seller], [.caller]] + pairs

    /// The least that holds the whole answer.
    init(_ query: AuthorizedStatsQuery) {
        let filter = query.filter
        guard !filter.needsCalls else {
            self = .calls
            return
        }
        let used = query.used
        let isByMinutes = [.minute, .fiveMinutes, .quarter].contains(query.bucket)
        if !filter.needsCells {
            let exact = Set(query.dimensions).union(filter.pinned)
            let set = (isByMinutes ? Self.byMinutes : Self.byHours).first { set in
                // Counts may be added up over what is not asked for. Quantiles may not, nor over buckets.
                used.isSubset(of: set)
                    && (!query.wantsQuantiles || query.bucket != .all && exact.isSuperset(of: set))
            }
            if let set {
                self = .rollups(grain: query.bucket == .all ? .hour : query.bucket, set: set)
                return
            }
        }
        self = !isByMinutes && Self.hasCells(query) ? .cells : .calls
    }

    /// Whether whole hours of an answer can be made from cells.
    static func hasCells(_ query: AuthorizedStatsQuery) -> Bool {
        !query.filter.needsCalls && !query.used.contains(.seller)
    }

    /// Milliseconds of the buckets that are kept; nil for the calls themselves.
    var unit: Int64? {
        switch self {
        case .rollups(let grain, _): grain.milliseconds
        case .cells: StatsQuery.Bucket.hour.milliseconds
        case .calls: nil
        }
    }
}

extension AuthorizedTrailQuery {
    /// The dimensions that are narrowed to one value.
    var pinned: Set<StatsQuery.Dimension> {
        var pinned: Set<StatsQuery.Dimension> = []
        for filter in query.filters { if case .rollups(let dimension) = filter.figures { pinned.insert(dimension) } }
        if query.exactMethod == nil { pinned.remove(.method) }
        return pinned
    }

    /// The dimensions that are narrowed.
    var narrowed: Set<StatsQuery.Dimension> {
        var narrowed = pinned
        if query.method != nil || !bounds.methods.isEmpty { narrowed.insert(.method) }
        if !bounds.apps.isEmpty { narrowed.insert(.app) }
        return narrowed
    }

    /// Whether it narrows something that only cells and calls have.
    var needsCells: Bool { query.filters.contains { $0.figures == .cells } }

    /// Whether it narrows something that only calls have.
    var needsCalls: Bool { query.filters.contains { $0.figures == .calls } }
}

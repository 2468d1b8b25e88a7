/// Which stored counts a result can be computed from. See migrations/0004_statistics.sql.
enum StatsSource: Sendable, Equatable {
    /// Counts and quantiles by zero, one or two dimensions, in buckets of one length.
    case rollups(grain: StatsQuery.Bucket, set: [StatsQuery.Dimension])
    /// Hourly counts of calls that agree in everything but the seller, with their durations.
    case cells
    /// The calls themselves.
    case calls

    /// The pairs of dimensions that have hourly and daily rollups.
    private static let pairs: [[StatsQuery.Dimension]] = [
        [.method, .app], [.method, .caller], [.method, .outcome], [.method, .subCode], [.app, .caller],
        [.app, .outcome], [.app, .subCode], [.seller, .outcome], [.caller, .outcome], [.caller, .subCode],
        [.outcome, .subCode],
    ]
    private static let byMinutes: [[StatsQuery.Dimension]] = [[], [.method], [.app], [.outcome], [.subCode]]
    private static let byHours: [[StatsQuery.Dimension]] = byMinutes + [[.seller], [.caller]] + pairs

    /// Chooses the smallest source that has everything.
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
                // Counts can be summed over dimensions that are not asked for. Quantiles cannot, neither over
                // dimensions nor over buckets.
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

    /// Whether cells can provide whole hours of a result.
    static func hasCells(_ query: AuthorizedStatsQuery) -> Bool {
        !query.filter.needsCalls && !query.used.contains(.seller)
    }

    /// The length of the source's buckets in milliseconds; nil for the calls themselves.
    var unit: Int64? {
        switch self {
        case .rollups(let grain, _): grain.milliseconds
        case .cells: StatsQuery.Bucket.hour.milliseconds
        case .calls: nil
        }
    }
}

extension AuthorizedTrailQuery {
    /// The dimensions that have one fixed value.
    var pinned: Set<StatsQuery.Dimension> {
        var pinned: Set<StatsQuery.Dimension> = []
        for filter in query.filters where filter.isPinned(query) {
            if case .rollups(let dimension) = filter.stats { pinned.insert(dimension) }
        }
        return pinned
    }

    /// The dimensions that have a filter.
    var narrowed: Set<StatsQuery.Dimension> {
        var narrowed: Set<StatsQuery.Dimension> = []
        for filter in query.filters { if case .rollups(let dimension) = filter.stats { narrowed.insert(dimension) } }
        if !scope.methods.isEmpty { narrowed.insert(.method) }
        if !scope.apps.isEmpty { narrowed.insert(.app) }
        if !scope.sellers.isEmpty { narrowed.insert(.seller) }
        return narrowed
    }

    /// Whether a filter needs cells or calls.
    var needsCells: Bool { query.filters.contains { $0.stats == .cells } }

    /// Whether a filter needs the calls themselves.
    var needsCalls: Bool { query.filters.contains { $0.stats == .calls } }
}

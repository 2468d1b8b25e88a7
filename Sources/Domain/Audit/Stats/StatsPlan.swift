import Time

/// Which time ranges of a result come from the rollups, and which are counted from the calls.
struct StatsPlan: Sendable, Equatable {
    /// Watermarks of the rollups, in milliseconds since 1970.
    struct Marks: Sendable, Equatable {
        /// Rollups are complete before this instant, except for `uncountedDays`.
        var done: Int64
        /// The first instant of the oldest day of calls.
        var oldest: Int64
        /// No call is later than this instant.
        var newest: Int64
        /// The first instants of days whose rollups may be wrong, in order.
        var uncountedDays: [Int64]
    }

    /// The source of the parts that are not counted from calls.
    let source: StatsSource
    /// The time ranges that come from rollups, in order.
    private(set) var kept: [TimeRange] = []
    /// The time ranges that come from cells, in order.
    private(set) var cells: [TimeRange] = []
    /// The time ranges that are counted from the calls, in order.
    private(set) var live: [TimeRange] = []

    init(_ query: AuthorizedStatsQuery, _ marks: Marks) {
        source = StatsSource(query)
        var whole = query.stretch
        whole.from = max(whole.from, GMT8.start(of: WindowIterator.day, at: marks.oldest))
        whole.to = min(whole.to, marks.newest)
        guard !whole.isEmpty else { return }
        guard let unit = source.unit else {
            live = [whole]
            return
        }
        var at = whole.from
        let end = GMT8.start(of: unit, at: min(whole.to, marks.done))
        if end > StatsQuery.ceiling(at, unit) {
            count(from: &at, to: StatsQuery.ceiling(at, unit))
            for day in marks.uncountedDays where day < end && day + WindowIterator.day > at {
                keep(from: &at, to: max(at, day))
                count(from: &at, to: min(end, day + WindowIterator.day))
            }
            keep(from: &at, to: end)
        }
        // Hours of the current day.
        let hours = GMT8.start(of: WindowIterator.hour, at: min(whole.to, marks.done))
        if unit > WindowIterator.hour, at < hours, !marks.uncountedDays.contains(at), StatsSource.hasCells(query) {
            cells.append(TimeRange(from: at, to: hours))
            at = hours
        }
        count(from: &at, to: whole.to)
    }

    private mutating func keep(from at: inout Int64, to end: Int64) {
        defer { at = max(at, end) }
        guard at < end else { return }
        if case .cells = source {
            cells.append(TimeRange(from: at, to: end))
        } else {
            kept.append(TimeRange(from: at, to: end))
        }
    }

    private mutating func count(from at: inout Int64, to end: Int64) {
        defer { at = max(at, end) }
        guard at < end else { return }
        // Merge adjacent ranges.
        if let last = live.last, last.to == at {
            live[live.count - 1].to = end
        } else {
            live.append(TimeRange(from: at, to: end))
        }
    }
}

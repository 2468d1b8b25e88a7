/// Which stretches of an answer come from what is kept, and which are counted from the calls.
struct StatsPlan: Sendable, Equatable {
    /// How far the kept counts go. Milliseconds since 1970.
    struct Marks: Sendable, Equatable {
        /// Everything before is kept, but for `uncountedDays`.
        var done: Int64
        /// The beginning of the oldest day of calls.
        var oldest: Int64
        /// No call is later.
        var newest: Int64
        /// The beginnings of days whose kept counts are not known to be right, in order.
        var uncountedDays: [Int64]
    }

    /// Where the kept part comes from.
    let source: StatsSource
    /// Stretches that come from rollups, in order.
    private(set) var kept: [TrailWindow] = []
    /// Stretches that come from cells, in order.
    private(set) var cells: [TrailWindow] = []
    /// Stretches that are counted, in order.
    private(set) var live: [TrailWindow] = []

    init(_ query: AuthorizedStatsQuery, _ marks: Marks) {
        source = StatsSource(query)
        var whole = query.stretch
        whole.from = max(whole.from, StatsQuery.floor(marks.oldest, TrailWalk.day))
        whole.to = min(whole.to, marks.newest)
        guard !whole.isEmpty else { return }
        guard let unit = source.unit else {
            live = [whole]
            return
        }
        var at = whole.from
        let end = StatsQuery.floor(min(whole.to, marks.done), unit)
        if end > StatsQuery.ceiling(at, unit) {
            count(from: &at, to: StatsQuery.ceiling(at, unit))
            for day in marks.uncountedDays where day < end && day + TrailWalk.day > at {
                keep(from: &at, to: max(at, day))
                count(from: &at, to: min(end, day + TrailWalk.day))
            }
            keep(from: &at, to: end)
        }
        // The hours of a day that is not over.
        let hours = StatsQuery.floor(min(whole.to, marks.done), TrailWalk.hour)
        if unit > TrailWalk.hour, at < hours, !marks.uncountedDays.contains(at), StatsSource.hasCells(query) {
            cells.append(TrailWindow(from: at, to: hours))
            at = hours
        }
        count(from: &at, to: whole.to)
    }

    private mutating func keep(from at: inout Int64, to end: Int64) {
        defer { at = max(at, end) }
        guard at < end else { return }
        if case .cells = source {
            cells.append(TrailWindow(from: at, to: end))
        } else {
            kept.append(TrailWindow(from: at, to: end))
        }
    }

    private mutating func count(from at: inout Int64, to end: Int64) {
        defer { at = max(at, end) }
        guard at < end else { return }
        // Neighbours are one stretch.
        if let last = live.last, last.to == at {
            live[live.count - 1].to = end
        } else {
            live.append(TrailWindow(from: at, to: end))
        }
    }
}

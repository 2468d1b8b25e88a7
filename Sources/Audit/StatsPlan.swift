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
    /// Stretches that come from there, in order.
    private(set) var kept: [TrailWindow] = []
    /// Stretches that are counted, in order.
    private(set) var live: [TrailWindow] = []

    init(_ query: StatsQuery, _ marks: Marks) {
        source = StatsSource(query)
        var whole = query.stretch
        whole.from = max(whole.from, StatsQuery.floor(marks.oldest, StatsQuery.Bucket.day.milliseconds ?? 1))
        whole.to = min(whole.to, marks.newest)
        guard !whole.isEmpty else { return }
        guard let unit = source.unit else {
            live = [whole]
            return
        }
        let end = StatsQuery.floor(min(whole.to, marks.done), unit)
        var at = whole.from
        if end > StatsQuery.ceiling(at, unit) {
            count(from: &at, to: StatsQuery.ceiling(at, unit))
            for day in marks.uncountedDays where day < end && day + TrailWalk.day > at {
                keep(from: &at, to: max(at, day))
                count(from: &at, to: min(end, day + TrailWalk.day))
            }
            keep(from: &at, to: end)
        }
        count(from: &at, to: whole.to)
    }

    private mutating func keep(from at: inout Int64, to end: Int64) {
        if at < end { kept.append(TrailWindow(from: at, to: end)) }
        at = max(at, end)
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

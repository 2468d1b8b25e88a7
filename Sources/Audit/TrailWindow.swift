/// A stretch of time of the trail, in milliseconds since 1970.
struct TrailWindow: Sendable, Equatable {
    /// Inclusive.
    var from: Int64
    /// Exclusive.
    var to: Int64

    var isEmpty: Bool { from >= to }

    /// The stretch cut at the beginnings of GMT+8 days, in the order of a list: two parts of a day, and then each twice as long as the one before. Few calls of
    /// a value that is common are read, and few parts are planned for one that is rare.
    func parts(ascending: Bool) -> [TrailWindow] {
        var parts: [TrailWindow] = []
        var rest = self
        var days: Int64 = 1
        while !rest.isEmpty {
            if ascending {
                let end = min(rest.to, Self.dayStart(rest.from) + days * TrailWalk.day)
                parts.append(TrailWindow(from: rest.from, to: end))
                rest.from = end
            } else {
                let start = max(rest.from, Self.dayStart(rest.to - 1) - (days - 1) * TrailWalk.day)
                parts.append(TrailWindow(from: start, to: rest.to))
                rest.to = start
            }
            if parts.count > 1 { days *= 2 }
        }
        return parts
    }

    /// The first instant of an instant's GMT+8 day.
    private static func dayStart(_ instant: Int64) -> Int64 {
        let shift: Int64 = 28_800_000
        return (instant + shift) / TrailWalk.day * TrailWalk.day - shift
    }
}

/// Which stretches of time a list asks one after the other until its page is full.
///
/// A page is most often found in the stretch nearest to its beginning. With an index, the rest is asked in long steps, but none so long that PostgreSQL has to
/// plan, and to lock, the partitions of a year at once; without one, in steps that stay short enough to stop between them when the time is over.
struct TrailWalk: Sendable {
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour

    /// What is left to look at.
    private(set) var rest: TrailWindow
    private let isAscending: Bool
    private let longest: Int64
    private var length: Int64

    /// - Parameter isLookUp: the stretch is asked in parts, so that a long one costs little when the page is found in the first of them.
    init(_ whole: TrailWindow, isAscending: Bool, isIndexed: Bool, isLookUp: Bool = false) {
        rest = whole
        self.isAscending = isAscending
        length = isLookUp ? 36 * Self.day : isIndexed ? 6 * Self.day : Self.hour
        longest = isIndexed ? 36 * Self.day : Self.day
    }

    /// The next stretch; nil when all was looked at.
    var next: TrailWindow? {
        guard !rest.isEmpty else { return nil }
        if isAscending { return TrailWindow(from: rest.from, to: min(rest.to, rest.from + length)) }
        return TrailWindow(from: max(rest.from, rest.to - length), to: rest.to)
    }

    /// The first two days of the next stretch: the nearest calls are in few partitions, which are soon planned.
    var nearest: TrailWindow? {
        guard var window = next else { return nil }
        if isAscending {
            window.to = min(window.to, window.from + 2 * Self.day)
        } else {
            window.from = max(window.from, window.to - 2 * Self.day)
        }
        return window
    }

    /// The stretch was looked at: the next one is longer.
    mutating func passed(_ window: TrailWindow) {
        if isAscending { rest.from = window.to } else { rest.to = window.from }
        length = min(longest, length * (longest > Self.day ? 6 : 2))
    }

    /// A page was full at a call of the millisecond `edge`: the next stretch begins there, and holds about four pages,
    /// because where no index has the order, all calls of a stretch are read for each page.
    mutating func stopped(at edge: Int64) {
        let passed = isAscending ? edge - rest.from : rest.to - edge
        if isAscending { rest.from = edge } else { rest.to = edge + 1 }
        length = min(longest, max(1000, 4 * passed))
    }

    /// The stretch took too long: a shorter one is tried. False when none is left to try.
    mutating func shorten() -> Bool {
        guard length > 1000 else { return false }
        length = max(1000, length / 16)
        return true
    }

    /// How far the walk has come.
    var edge: Int64 { isAscending ? rest.from : rest.to }
}

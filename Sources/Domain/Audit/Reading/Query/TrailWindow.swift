/// A stretch of time of the trail, in milliseconds since 1970.
struct TrailWindow: Sendable, Equatable {
    /// Inclusive.
    var from: Int64
    /// Exclusive.
    var to: Int64

    var isEmpty: Bool { from >= to }

    /// The stretch with its ends moved to the beginnings of GMT+8 days: what a statement is planned for. Its text stays the same for a day, so that a connection
    /// can keep the plan.
    var wholeDays: TrailWindow {
        TrailWindow(from: Self.start(of: TrailWalk.day, at: from), to: Self.end(of: TrailWalk.day, at: to))
    }

    /// The stretch cut into parts in the order of a list: two of a day, and then each twice as long as the one before, which begin and end with GMT+8 days. Few calls
    /// of a value that is common are read, and few parts are planned for one that is rare.
    ///
    /// - Parameter hours: lengths of parts before these, which begin and end with hours: a value that is neither rare nor so common that the nearest calls
    ///   show a page of it fills one there.
    /// - Parameter now: what is later counts to the first part.
    func parts(ascending: Bool, hours: [Int64] = [], now: Int64 = .max) -> [TrailWindow] {
        var steps = hours.map { (unit: TrailWalk.hour, length: $0 * TrailWalk.hour) }
        var days: Int64 = 1
        var parts: [TrailWindow] = []
        let unit = hours.isEmpty ? TrailWalk.day : TrailWalk.hour
        var rest = TrailWindow(from: Self.start(of: unit, at: from), to: Self.end(of: unit, at: to))
        while !rest.isEmpty {
            let isFirst = parts.isEmpty
            let step = steps.isEmpty ? (unit: TrailWalk.day, length: days * TrailWalk.day) : steps.removeFirst()
            if ascending {
                let end = min(rest.to, Self.start(of: step.unit, at: rest.from) + step.length)
                parts.append(TrailWindow(from: rest.from, to: end))
                rest.from = end
            } else {
                let last = (isFirst ? min(rest.to, now) : rest.to) - 1
                let start = max(rest.from, Self.start(of: step.unit, at: last) + step.unit - step.length)
                parts.append(TrailWindow(from: start, to: rest.to))
                rest.to = start
            }
            if step.unit == TrailWalk.day, parts.count > hours.count + 1 { days *= 2 }
        }
        return parts
    }

    /// The first instant of an instant's GMT+8 day, or of its hour.
    private static func start(of unit: Int64, at instant: Int64) -> Int64 {
        let shift: Int64 = 28_800_000
        return (instant + shift) / unit * unit - shift
    }

    private static func end(of unit: Int64, at instant: Int64) -> Int64 { start(of: unit, at: instant - 1) + unit }
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
        var short = self
        short.length = min(length, 2 * Self.day)
        return short.next
    }

    /// Begins with a stretch of two days, where a value that many calls share most often fills the page.
    mutating func beginShort() { length = min(length, 2 * Self.day) }

    /// The stretch was looked at: the next one is longer.
    mutating func passed(_ window: TrailWindow) {
        if isAscending { rest.from = window.to } else { rest.to = window.from }
        length = min(longest, length * (longest > Self.day ? 18 : 2))
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

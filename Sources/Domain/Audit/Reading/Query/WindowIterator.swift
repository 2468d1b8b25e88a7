/// Iterates over the windows that a list searches until its page is full.
///
/// The window nearest to the beginning of the page usually fills it. With an index, the following windows are long, but
/// limited so that PostgreSQL does not plan and lock the partitions of a year at once. Without an index they are short,
/// so that the search can stop between them when its time ends.
struct WindowIterator: Sendable {
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour

    /// The time range that is left to search.
    private(set) var rest: TimeRange
    private let isAscending: Bool
    private let longest: Int64
    private var length: Int64
    /// No window has instants on both sides of it. An index leads to the calls before it.
    private let edge: Int64?

    /// - Parameters:
    ///   - isLookUp: each window is searched in parts, so that a long window costs little if its first part fills the
    ///     page.
    ///   - edge: an index leads to the calls before this instant.
    init(_ whole: TimeRange, isAscending: Bool, isIndexed: Bool, isLookUp: Bool = false, edge: Int64? = nil) {
        self.edge = edge
        rest = whole
        self.isAscending = isAscending
        length = isLookUp ? 36 * Self.day : isIndexed ? 6 * Self.day : Self.hour
        longest = isIndexed ? 36 * Self.day : Self.day
    }

    /// The next window; nil if nothing is left.
    var next: TimeRange? {
        guard !rest.isEmpty else { return nil }
        var window = rest
        if let edge, rest.from < edge, edge < rest.to {
            if isAscending { window.to = edge } else { window.from = edge }
        }
        if isAscending {
            window.to = min(window.to, window.from + lengthNow)
        } else {
            window.from = max(window.from, window.to - lengthNow)
        }
        return window
    }

    /// Calls before the edge are few, so their windows are long.
    private var lengthNow: Int64 {
        guard let edge, isAscending ? rest.from < edge : rest.to <= edge else { return length }
        return max(length, 36 * Self.day)
    }

    /// The first two days of the next window. They are in few partitions, which PostgreSQL plans fast.
    var nearest: TimeRange? {
        var short = self
        short.length = min(length, 2 * Self.day)
        return short.next
    }

    /// Makes the first window two days long. A value that many calls share usually fills the page there.
    mutating func beginShort() { length = min(length, 2 * Self.day) }

    /// Continues after a window that was searched completely. The next one is longer.
    mutating func passed(_ window: TimeRange) {
        if isAscending { rest.from = window.to } else { rest.to = window.from }
        length = min(longest, length * (longest > Self.day ? 18 : 2))
    }

    /// Continues at a call of the millisecond `edge`, at which a page was full. The next window holds about four pages:
    /// without an index in the order of the list, each page reads all calls of its window.
    mutating func stopped(at edge: Int64) {
        let passed = isAscending ? edge - rest.from : rest.to - edge
        if isAscending { rest.from = edge } else { rest.to = edge + 1 }
        length = min(longest, max(1000, 4 * passed))
    }

    /// Makes the next window shorter, after a timeout.
    /// - Returns: false if the window is already the shortest.
    mutating func shorten() -> Bool {
        guard length > 1000 else { return false }
        length = max(1000, length / 16)
        return true
    }

    /// How far the search has come.
    var position: Int64 { isAscending ? rest.from : rest.to }
}

public import Postgres

/// All calls that a filter admits, a page at a time: what an export reads.
///
/// It walks through time as a list does, so that each query is short, and remembers only where it stands. Calls that
/// come while it goes on are not in it.
public struct TrailScan: Sendable {
    /// The most rows of a page.
    public static let pageRows = 500

    private var filter: AuthorizedTrailQuery
    private var walk: TrailWalk
    private var left: Int
    private let pageRows: Int
    private let bounds: TrailReader.Bounds

    /// - Parameter limit: the most rows in all; nil: all that there are.
    init(_ filter: AuthorizedTrailQuery, limit: Int?, pageRows: Int, whole: TrailWindow, bounds: TrailReader.Bounds) {
        self.filter = filter
        self.bounds = bounds
        self.pageRows = pageRows
        left = limit ?? .max
        walk = TrailWalk(
            whole, isAscending: filter.isAscending, isIndexed: filter.isIndexed, isLookUp: filter.isLookUp)
    }

    /// The next calls, perhaps none of them yet; nil at the end.
    public mutating func next(from reader: TrailReader) async throws(PostgresError) -> [TrailRow]? {
        guard left > 0, let window = walk.next else { return nil }
        filter.limit = min(left, pageRows)
        let rows: [TrailRow]
        do throws(PostgresError) {
            rows = try await reader.rows(
                filter, window, bounds, by: filter.isLookUp ? .parts(now: bounds.now, isCommon: false) : .ordered)
        } catch {
            guard case .timeout = error.kind, walk.shorten() else { throw error }
            return []
        }
        let page = Array(rows.prefix(filter.limit))
        left -= page.count
        if rows.count > page.count, let last = page.last?.id {
            filter.cursor = TrailCursor(filter.order == .oldest ? .newer : .older, beside: last)
            walk.stopped(at: last.epochMilliseconds)
        } else {
            walk.passed(window)
        }
        return page
    }
}

extension TrailReader {
    /// A scan of the calls that have come until now.
    /// - Parameters:
    ///   - limit: the most rows in all; nil: all that there are. The filter's own limit does not count here.
    ///   - pageRows: the most rows of a page.
    public func scan(
        _ filter: AuthorizedTrailQuery, limit: Int? = nil, pageRows: Int = TrailScan.pageRows
    ) async throws(PostgresError) -> TrailScan {
        let bounds = try await bounds()
        var whole = whole(filter, bounds)
        whole.to = min(whole.to, bounds.now + 1)
        return TrailScan(filter, limit: limit, pageRows: pageRows, whole: whole, bounds: bounds)
    }
}

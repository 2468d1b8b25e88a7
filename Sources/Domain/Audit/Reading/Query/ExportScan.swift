package import Postgres

/// Reads all calls that match a query, a page at a time. Exports use it.
///
/// It reads one window after the other, so that each query is short, and remembers only its position. Calls that begin
/// after the scan are not included.
package struct ExportScan: Sendable {
    /// The maximum number of rows of a page.
    package static let pageRows = 500

    private var filter: AuthorizedTrailQuery
    private var walk: WindowIterator
    private var left: Int
    private let pageRows: Int
    private let dataRange: TrailReader.DataRange

    /// - Parameter limit: the maximum number of rows in total; nil for no limit.
    init(_ filter: AuthorizedTrailQuery, limit: Int?, pageRows: Int, whole: TimeRange, dataRange: TrailReader.DataRange)
    {
        self.filter = filter
        self.dataRange = dataRange
        self.pageRows = pageRows
        left = limit ?? .max
        walk = WindowIterator(
            whole, isAscending: filter.isAscending, isIndexed: filter.isIndexed, isLookUp: filter.isLookUp,
            edge: filter.slowEdge)
    }

    /// The next calls, possibly none; nil at the end.
    package mutating func next(from reader: TrailReader) async throws(PostgresError) -> [CallSummary]? {
        guard left > 0, let window = walk.next else { return nil }
        filter.limit = min(left, pageRows)
        let rows: [CallSummary]
        do throws(PostgresError) {
            rows = try await reader.rows(
                filter, window, dataRange, by: filter.isLookUp ? .parts(now: dataRange.now, isCommon: false) : .ordered)
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
    /// Starts a scan of the calls until now.
    /// - Parameters:
    ///   - limit: the maximum number of rows in total; nil for no limit. The query's own limit is ignored.
    ///   - pageRows: the maximum number of rows of a page.
    package func scan(
        _ filter: AuthorizedTrailQuery, limit: Int? = nil, pageRows: Int = ExportScan.pageRows
    ) async throws(PostgresError) -> ExportScan {
        let dataRange = try await dataRange()
        var whole = searchRange(filter, dataRange)
        whole.to = min(whole.to, dataRange.now + 1)
        return ExportScan(filter, limit: limit, pageRows: pageRows, whole: whole, dataRange: dataRange)
    }
}

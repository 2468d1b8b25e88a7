/// One page of the trail, with the cursors of the next and the previous page.
package struct TrailPage: Sendable {
    /// The calls in the order that the query asks for.
    package let rows: [CallSummary]
    /// The cursor of the next page; nil on the last page.
    package let next: TrailCursor?
    /// The cursor of the previous page; nil on the first page.
    package let previous: TrailCursor?
    /// The maximum number of calls of the page.
    package let limit: Int
    /// How far the search came, in milliseconds since 1970, if its time ended before the page was full. Otherwise nil.
    package let scannedUntil: Int64?

    /// The rows in the order in which they were fetched: at most one more than the limit.
    private let fetched: [CallSummary]
    private let filter: AuthorizedTrailQuery

    /// - Parameters:
    ///   - found: the rows in the order in which they were fetched, at most one more than the limit.
    ///   - count: how many rows to keep, if the page has to end before the limit.
    ///   - scannedUntil: where the search stopped, if its time ended.
    init(rows found: [CallSummary], filter: AuthorizedTrailQuery, count: Int? = nil, scannedUntil: Int64? = nil) {
        fetched = found
        self.filter = filter
        let count = count ?? filter.limit
        let page = Array(found.prefix(count))
        let forward: TrailCursor.Direction = filter.order == .newest ? .older : .newer
        let isForward = filter.isAscending == (filter.order == .oldest)
        var beyond = found.count > count ? page.last?.id : nil
        if let scannedUntil, beyond == nil {
            beyond = CallID.beside(milliseconds: scannedUntil, isUpper: filter.isAscending)
            self.scannedUntil = scannedUntil
        } else {
            self.scannedUntil = nil
        }
        limit = filter.limit
        rows = isForward ? page : page.reversed()
        let ahead = beyond.map { TrailCursor(isForward ? forward : forward.opposite, beside: $0) }
        let edge = page.first?.id ?? (scannedUntil == nil ? nil : filter.cursor?.id)
        let back =
            filter.cursor == nil ? nil : edge.map { TrailCursor(isForward ? forward.opposite : forward, beside: $0) }
        next = isForward ? ahead : back
        previous = isForward ? back : ahead
    }

    /// The ids of the page's calls in the order in which they were fetched, which leads away from the cursor.
    var fetchedIDs: [CallID] { fetched.prefix(filter.limit).map(\.id) }

    /// The page with the first `count` calls that were fetched. Its cursors lead to the rest.
    func truncated(to count: Int) -> TrailPage {
        count < fetchedIDs.count ? TrailPage(rows: fetched, filter: filter, count: count) : self
    }
}

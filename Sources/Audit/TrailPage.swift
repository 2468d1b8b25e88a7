/// One page of the trail in the order that was asked for, with the cursors of its neighbours.
public struct TrailPage: Sendable {
    /// The calls.
    public let rows: [TrailRow]
    /// Where the following page begins; nil on the last page.
    public let next: TrailCursor?
    /// Where the page before begins; nil on the first page.
    public let previous: TrailCursor?
    /// The page's limit.
    public let limit: Int
    /// Milliseconds since 1970: the time was over before the page was full, and calls were looked at up to here. Nil: it was not.
    public let scannedUntil: Int64?

    /// The rows in the order in which they were fetched, at most one more than the limit.
    private let fetched: [TrailRow]
    private let filter: AuthorizedTrailQuery

    /// - Parameters:
    ///   - found: rows in the order in which they were fetched, at most one more than the limit.
    ///   - count: the rows to keep; the limit, unless the page is to end early.
    ///   - scannedUntil: where the search stopped, when its time was over.
    init(rows found: [TrailRow], filter: AuthorizedTrailQuery, count: Int? = nil, scannedUntil: Int64? = nil) {
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

    /// The calls of the page in the order in which they were fetched: away from its cursor.
    var fetchedIDs: [CallID] { fetched.prefix(filter.limit).map(\.id) }

    /// The page up to the `count`th call that was fetched, of at least one; the others are behind its cursors.
    func cut(to count: Int) -> TrailPage {
        count < fetchedIDs.count ? TrailPage(rows: fetched, filter: filter, count: count) : self
    }
}

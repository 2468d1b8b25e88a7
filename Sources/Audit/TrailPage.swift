/// One page of the trail, newest first, with the cursors of its neighbours.
public struct TrailPage: Sendable {
    /// The calls.
    public let rows: [TrailRow]
    /// Where the page of earlier calls begins; nil on the last page.
    public let next: TrailCursor?
    /// Where the page of later calls begins; nil on the first page.
    public let previous: TrailCursor?
    /// The page's limit.
    public let limit: Int

    init(rows found: [TrailRow], filter: TrailFilter) {
        let hasMore = found.count > filter.limit
        let page = hasMore ? Array(found.prefix(filter.limit)) : found
        limit = filter.limit
        if filter.cursor?.direction == .newer {
            rows = page.reversed()
            next = rows.last.map { TrailCursor(.older, beside: $0.id) }
            previous = hasMore ? rows.first.map { TrailCursor(.newer, beside: $0.id) } : nil
        } else {
            rows = page
            next = hasMore ? rows.last.map { TrailCursor(.older, beside: $0.id) } : nil
            previous = filter.cursor == nil ? nil : rows.first.map { TrailCursor(.newer, beside: $0.id) }
        }
    }
}

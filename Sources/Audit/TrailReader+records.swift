public import Postgres

extension TrailReader {
    /// One page with notes and texts. A page with very much text ends early: its cursors lead to the rest.
    public func records(
        _ filter: AuthorizedTrailQuery, _ include: TrailInclude, maximumTextBytes: Int = maximumPageTextBytes
    ) async throws(PostgresError) -> (page: TrailPage, records: [TrailRecord]) {
        let end = ContinuousClock.now + searchTime
        let page = try await list(filter)
        let ids = page.fetchedIDs
        // What is left of the list's time, or a second where the search has used it up.
        let notes = try await notes(of: ids, within: max(end - ContinuousClock.now, .seconds(1)))
        let texts = try await texts(of: ids, include, maximumBytes: maximumTextBytes)
        let cut = page.cut(to: texts.count)
        let textByID = Dictionary(zip(ids, texts)) { first, _ in first }
        return (
            cut,
            cut.rows.map { row in
                TrailRecord(
                    row: row, notes: notes[row.id] ?? [], texts: textByID[row.id] ?? TrailTexts(), include: include)
            }
        )
    }

    /// A call with its notes and texts.
    public func record(of row: TrailRow, _ include: TrailInclude) async throws(PostgresError) -> TrailRecord {
        let notes = try await notes(of: [row.id])
        let texts = try await texts(of: [row.id], include, maximumBytes: Self.maximumPageTextBytes)
        return TrailRecord(row: row, notes: notes[row.id] ?? [], texts: texts.first ?? TrailTexts(), include: include)
    }
}

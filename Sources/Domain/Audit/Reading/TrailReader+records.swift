package import Postgres

extension TrailReader {
    /// One page with notes and texts. A page whose texts exceed the maximum ends early, and its cursors lead to the
    /// rest.
    package func records(
        _ filter: AuthorizedTrailQuery, _ include: TrailInclude, maximumTextBytes: Int = maximumPageTextBytes
    ) async throws(PostgresError) -> (page: TrailPage, records: [CallDetail]) {
        let end = ContinuousClock.now + searchTime
        let found = try await list(filter)
        let ids = found.fetchedIDs
        // The rest of the list's time, and at least one second.
        let notes = try await notes(of: ids, within: max(end - ContinuousClock.now, .seconds(1)))
        let texts = try await texts(of: ids, include, maximumBytes: maximumTextBytes)
        let page = found.truncated(to: texts.count)
        let textByID = Dictionary(zip(ids, texts)) { first, _ in first }
        return (
            page,
            page.rows.map { row in
                CallDetail(
                    row: row, notes: notes[row.id] ?? [], texts: textByID[row.id] ?? CallTexts(), include: include)
            }
        )
    }

    /// The detail of one call: its notes and texts.
    package func record(of row: CallSummary, _ include: TrailInclude) async throws(PostgresError) -> CallDetail {
        let notes = try await notes(of: [row.id])
        let texts = try await texts(of: [row.id], include, maximumBytes: Self.maximumPageTextBytes)
        return CallDetail(row: row, notes: notes[row.id] ?? [], texts: texts.first ?? CallTexts(), include: include)
    }
}

public import Postgres

extension TrailReader {
    /// The notes of calls, the oldest first.
    public func notes(of calls: [TrailRow]) async throws(PostgresError) -> [CallID: [Note]] {
        try await notes(of: calls.map(\.id))
    }

    /// The notes of calls, the oldest first.
    /// - Parameter limit: the longest that it may take; nil: as long as any query.
    func notes(
        of ids: [CallID], within limit: Duration? = nil
    ) async throws(PostgresError) -> [CallID: [Note]] {
        guard !ids.isEmpty else { return [:] }
        let list = "{" + ids.map(\.text).joined(separator: ",") + "}"
        let rows = try await query(
            "SELECT \(Note.columns) FROM audit.notes WHERE call = ANY($1::uuid[]) ORDER BY id", [.text(list)],
            plan: .generic, within: limit)
        var notes: [CallID: [Note]] = [:]
        for row in rows {
            guard let id = row["call"].text.flatMap({ CallID($0) }) else { continue }
            notes[id, default: []].append(Note(row))
        }
        return notes
    }

    /// Adds a note to a call; nil when it has as many as it may have.
    public func add(
        _ text: String, settling: Note.Settlement?, to call: TrailRow, by author: String
    ) async throws(PostgresError) -> Note? {
        try await add(text, settling: settling, to: call.id, by: author)
    }

    func add(
        _ text: String, settling: Note.Settlement?, to id: CallID, by author: String
    ) async throws(PostgresError) -> Note? {
        let rows = try await query(
            """
            INSERT INTO audit.notes (call, author, settles, text) SELECT $1::uuid, $2, $3, $4
            WHERE (SELECT count(*) FROM audit.notes WHERE call = $1::uuid) < \(Note.maximumCount) RETURNING \(Note.columns)
            """,
            [.text(id.text), .text(author), settling.map { .text($0.rawValue) } ?? .null, .text(text)])
        return rows.first.map { Note($0) }
    }

    /// Requests that never became calls, the newest first.
    public func refusals(_ query: AuthorizedRejectedRequestQuery) async throws(PostgresError) -> [Refusal] {
        let (sql, parameters) = query.statement()
        return try await self.query(sql, parameters).map { Refusal($0) }
    }

    /// Adds refusals; all or none.
    public func add(_ refusals: [Refusal]) async throws(PostgresError) {
        _ = try await query(
            """
            INSERT INTO audit.refusals (at, caller, method, app, seller, status, type, pointers, refs, client_request_id)
            SELECT at, caller, method, app, seller, status, type, pointers, refs, client_request_id
            FROM json_to_recordset($1::json) AS r (at timestamptz, caller text, method text, app text, seller text, status smallint,
                                                   type text, pointers text[], refs text[], client_request_id text)
            """, [.text(Refusal.array(refusals))])
    }
}

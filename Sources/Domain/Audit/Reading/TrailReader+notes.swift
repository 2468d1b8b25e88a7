package import Postgres

extension TrailReader {
    /// The notes of calls, oldest first.
    package func notes(of calls: [CallSummary]) async throws(PostgresError) -> [CallID: [Note]] {
        try await notes(of: calls.map(\.id))
    }

    /// The notes of calls, oldest first.
    /// - Parameter limit: how long the query may take; nil for the reader's own limit.
    func notes(
        of ids: [CallID], within limit: Duration? = nil
    ) async throws(PostgresError) -> [CallID: [Note]] {
        guard !ids.isEmpty else { return [:] }
        let rows = try await query(
            "SELECT \(Note.columns) FROM audit.notes WHERE call = ANY($1::uuid[]) ORDER BY id",
            [.array(ids.map(\.text))],
            plan: .generic, within: limit)
        var notes: [CallID: [Note]] = [:]
        for row in rows {
            guard let id = row["call"].text.flatMap({ CallID($0) }) else { continue }
            notes[id, default: []].append(Note(row))
        }
        return notes
    }

    /// Adds a note to a call.
    /// - Returns: the note; nil if the call already has the maximum number of notes.
    package func add(
        _ text: String, settling: Note.Settlement?, to call: CallSummary, by author: String
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

    /// A page of rejected requests, newest first, with one row more than the page if there is a next one.
    package func refusals(_ query: AuthorizedRejectedRequestQuery) async throws(PostgresError) -> [RejectedRequest] {
        let (sql, parameters) = query.statement()
        return try await self.query(sql, parameters).map { RejectedRequest($0) }
    }

    /// Adds rejected requests: all of them or, if an error is thrown, none.
    package func add(_ refusals: [RejectedRequest]) async throws(PostgresError) {
        _ = try await query(
            """
            INSERT INTO audit.refusals (at, caller, method, app, seller, status, type, detail, errors, pointers, refs, client_request_id,
                                        request_id, trace_id, relay_request_id)
            SELECT at, caller, method, app, seller, status, type, detail, errors::text, pointers, refs, client_request_id,
                   request_id, trace_id, relay_request_id
            FROM json_to_recordset($1::json) AS r (at timestamptz, caller text, method text, app text, seller text, status smallint,
                                                   type text, detail text, errors json, pointers text[], refs text[],
                                                   client_request_id text, request_id text, trace_id text, relay_request_id uuid)
            """, [.text(RejectedRequest.array(refusals))])
    }
}

import Postgres

extension VaultStore {
    /// One page of what was changed and read, newest first: at most `limit` events.
    /// - Parameter id: the number of the event before the page.
    package func listEvents(before id: Int64?, limit: Int) async throws(VaultError) -> [ChangeEvent] {
        try await query(
            """
            SELECT id, (extract(epoch FROM at) * 1000)::bigint, actor, origin, action, object, detail::text
            FROM vault.events WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
            """, [id.map { .integer($0) } ?? .null, .integer(Int64(limit))]
        ).map { ChangeEvent($0) }
    }
}

/// A change of the vault, or a reading of a sealed request.
package struct ChangeEvent: Sendable {
    /// The number of the event. Later events have higher ones.
    package let id: Int64
    /// When it happened, in milliseconds since 1970.
    package let at: Int64
    /// The name of the token, or the database user of the command line.
    package let actor: String
    /// The client's address, or the host of the command line.
    package let origin: String
    /// What was done, such as `app.put`.
    package let action: String
    /// What it was done to, such as the app's name.
    package let object: String
    /// A JSON object with more.
    package let detail: String

    init(_ row: Row) {
        id = row[0].integer ?? 0
        at = row[1].integer ?? 0
        actor = row[2].text ?? ""
        origin = row[3].text ?? ""
        action = row[4].text ?? ""
        object = row[5].text ?? ""
        detail = row[6].text ?? "{}"
    }
}

package import Crypto
import Postgres

extension VaultStore {
    /// Creates or replaces the session that a seller has with the app.
    ///
    /// `expiresAt` is in milliseconds since 1970. `makesDefault` makes it the app's default session. A session that is
    /// the default stays the default without it.
    /// - Returns: whether the session is new.
    @discardableResult
    package func putSession(
        app: String, seller: String, key session: Secret, expiresAt: Int64? = nil, makesDefault: Bool = false
    ) async throws(VaultError) -> Bool {
        try VaultInput.name(app, field: "app name")
        try VaultInput.seller(seller)
        try VaultInput.secret(session, field: "session")
        try VaultInput.time(expiresAt, field: "expiry")
        return try await change { () async throws(VaultError) in
            let known = try await query("SELECT 1 FROM vault.apps WHERE name = $1", [.text(app)])
            guard !known.isEmpty else { throw .notFound("app \"\(app)\"") }
            let sealed = try await seal(session, for: .session(app: app, seller: seller))
            if makesDefault {
                _ = try await query(
                    "UPDATE vault.sessions SET is_default = false WHERE app = $1 AND is_default AND seller <> $2",
                    [.text(app), .text(seller)])
            }
            let rows = try await query(
                """
                INSERT INTO vault.sessions AS s (app, seller, session_sealed, expires_at, is_default)
                VALUES ($1, $2, $3, to_timestamp($4::bigint / 1000.0), $5)
                ON CONFLICT (app, seller) DO UPDATE SET
                    session_sealed = excluded.session_sealed, expires_at = excluded.expires_at,
                    is_default = s.is_default OR excluded.is_default, updated_at = now()
                RETURNING xmax = 0
                """,
                [
                    .text(app), .text(seller), .bytes(sealed), expiresAt.map { .integer($0) } ?? .null,
                    .bool(makesDefault),
                ])
            try await checkRoom(in: "vault.sessions")
            return rows.first?[0].bool ?? false
        }
    }

    /// Removes the session with this app and seller.
    package func removeSession(app: String, seller: String) async throws(VaultError) {
        try VaultInput.name(app, field: "app name")
        try VaultInput.seller(seller)
        try await change { () async throws(VaultError) in
            let rows = try await query(
                "DELETE FROM vault.sessions WHERE app = $1 AND seller = $2", [.text(app), .text(seller)])
            guard rows.affected == 1 else { throw .notFound("session of \"\(seller)\" with the app \"\(app)\"") }
        }
    }

    /// All sessions, or those of one app, ordered by app and seller.
    package func listSessions(app: String? = nil) async throws(VaultError) -> [SessionRecord] {
        if let app { try VaultInput.name(app, field: "app name") }
        let rows = try await query(
            """
            SELECT app, seller, \(VaultReader.expiry), is_default,
                   (extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM updated_at) * 1000)::bigint
            FROM vault.sessions WHERE $1::text IS NULL OR app = $1 ORDER BY app, seller
            """, [app.map { .text($0) } ?? .null])
        return rows.map { row in
            SessionRecord(
                app: row[0].text ?? "", seller: row[1].text ?? "", expiresAt: row[2].integer,
                isDefault: row[3].bool ?? false, createdAt: row[4].integer ?? 0, updatedAt: row[5].integer ?? 0)
        }
    }
}

/// A seller's session in a list, without its key. Times are in milliseconds since 1970.
package struct SessionRecord: Sendable, Equatable {
    /// The app that the seller authorised.
    package let app: String
    /// The callers' alias for the seller.
    package let seller: String
    /// When the session expires. Nil if that is not known.
    package let expiresAt: Int64?
    /// Whether it is the app's default session.
    package let isDefault: Bool
    /// When it was created.
    package let createdAt: Int64
    /// When it was last changed.
    package let updatedAt: Int64
}

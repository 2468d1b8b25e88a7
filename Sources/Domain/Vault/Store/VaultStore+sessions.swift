package import Crypto
import Postgres

extension VaultStore {
    /// Creates the session that a seller has with the app, or changes what is given.
    ///
    /// `makesDefault` makes it the app's default session. A session that is the default stays the default without it.
    /// - Parameters:
    ///   - session: the session key. Only an existing session can do without it. A new key clears failed refreshes.
    ///   - expiresAt: in milliseconds since 1970.
    ///   - refresh: the refresh token and when it ends.
    /// - Returns: whether the session is new.
    @discardableResult
    package func putSession(
        app: String, seller: String, key session: Secret?, expiresAt: Int64? = nil, makesDefault: Bool = false,
        refresh: RefreshInput = RefreshInput()
    ) async throws(VaultError) -> Bool {
        try VaultInput.name(app, field: "app name")
        try VaultInput.seller(seller)
        if let session { try VaultInput.secret(session, field: "session") }
        try VaultInput.time(expiresAt, field: "expiry")
        try refresh.check()
        return try await change { () async throws(VaultError) in
            let known = try await query("SELECT 1 FROM vault.apps WHERE name = $1", [.text(app)])
            guard !known.isEmpty else { throw .notFound("app \"\(app)\"") }
            let name = SessionName(app: app, seller: seller)
            let sealed = try await sealedKey(session, of: name)
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
                    session_sealed = excluded.session_sealed, expires_at = coalesce(excluded.expires_at, s.expires_at),
                    is_default = s.is_default OR excluded.is_default, updated_at = now()
                RETURNING xmax = 0
                """,
                [
                    .text(app), .text(seller), .bytes(sealed), expiresAt.map { .integer($0) } ?? .null,
                    .bool(makesDefault),
                ])
            try await put(
                refresh, isNewKey: session != nil, isNewEnd: expiresAt != nil, to: name)
            try await checkRoom(in: "vault.sessions")
            return rows.first?[0].bool ?? false
        }
    }

    /// Within a change, the key sealed, or the sealed key that the session has.
    private func sealedKey(_ session: Secret?, of name: SessionName) async throws(VaultError) -> [UInt8] {
        if let session { return try await seal(session, for: .session(app: name.app, seller: name.seller)) }
        let rows = try await query(
            "SELECT session_sealed FROM vault.sessions WHERE app = $1 AND seller = $2",
            [.text(name.app), .text(name.seller)])
        guard let sealed = rows.first?[0].bytes else {
            throw .invalid(field: "session", expectation: "is required for a new session")
        }
        return sealed
    }

    /// Within a change, stores the refresh token, and plans the refresh of a session that was put.
    private func put(
        _ refresh: RefreshInput, isNewKey: Bool, isNewEnd: Bool, to name: SessionName
    ) async throws(VaultError) {
        var sealed = SQLValue.null
        if let token = refresh.token { sealed = .bytes(try await seal(token, for: .refreshToken(name))) }
        _ = try await query(
            """
            UPDATE vault.sessions SET
                issued_at = CASE WHEN $3 THEN now() ELSE issued_at END,
                refresh_sealed = coalesce($4, refresh_sealed),
                refresh_expires_at = coalesce(to_timestamp($5::bigint / 1000.0), refresh_expires_at),
                refresh_failures = CASE WHEN $3 OR $4 IS NOT NULL THEN 0 ELSE refresh_failures END,
                refresh_error = CASE WHEN $3 OR $4 IS NOT NULL THEN NULL ELSE refresh_error END,
                needs_authorisation = needs_authorisation AND NOT $3 AND $4 IS NULL,
                refresh_after = CASE WHEN $3 OR $4 IS NOT NULL OR $6
                    THEN vault.refresh_due(CASE WHEN $3 THEN now() ELSE issued_at END, expires_at) ELSE refresh_after END
            WHERE app = $1 AND seller = $2
            """,
            [
                .text(name.app), .text(name.seller), .bool(isNewKey), sealed,
                refresh.endsAt.map { .integer($0) } ?? .null, .bool(isNewEnd),
            ])
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

/// A refresh token to store. Nil keeps what is stored.
package struct RefreshInput: Sendable {
    /// The refresh token.
    package var token: Secret?
    /// When it ends, in milliseconds since 1970.
    package var endsAt: Int64?

    /// A refresh token. Without arguments it changes nothing.
    package init(token: Secret? = nil, endsAt: Int64? = nil) {
        self.token = token
        self.endsAt = endsAt
    }

    func check() throws(VaultError) {
        if let token { try VaultInput.secret(token, field: "refresh token") }
        try VaultInput.time(endsAt, field: "expiry of the refresh token")
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

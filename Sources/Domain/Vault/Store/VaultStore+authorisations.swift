import JSON
import Postgres

/// A state of the authorisation flow: what the seller was asked for, and by whom.
package struct AuthorisationState: Sendable, Equatable {
    /// The session that the answer is for.
    package let session: SessionName
    /// The name of the token that asked for it.
    package let token: String

    /// All members.
    package init(session: SessionName, token: String) {
        self.session = session
        self.token = token
    }
}

extension VaultStore {
    /// The length of the random part of a state in bytes.
    package static let stateNonceLength = 16
    /// The largest number of states that have not been used.
    static let maximumStates = 20_000

    /// Stores a state, and removes the expired ones.
    /// - Parameters:
    ///   - nonce: ``stateNonceLength`` random bytes.
    ///   - expiresAt: in milliseconds since 1970.
    /// - Throws: `.notFound` for an unknown app.
    package func putState(
        _ state: AuthorisationState, nonce: [UInt8], expiresAt: Int64
    ) async throws(VaultError) {
        try VaultInput.name(state.session.app, field: "app name")
        try VaultInput.seller(state.session.seller)
        _ = try await query("DELETE FROM vault.oauth_states WHERE expires_at < now()")
        let counted = try await query("SELECT count(*) FROM vault.oauth_states")
        guard (counted.first?[0].integer ?? 0) < Self.maximumStates else {
            throw .tooLarge(table: "vault.oauth_states", limit: Self.maximumStates)
        }
        let rows = try await query(
            """
            INSERT INTO vault.oauth_states (nonce, app, seller, token, expires_at)
            SELECT $1, name, $3, $4, to_timestamp($5::bigint / 1000.0) FROM vault.apps WHERE name = $2
            """,
            [
                .bytes(nonce), .text(state.session.app), .text(state.session.seller), .text(state.token),
                .integer(expiresAt),
            ])
        guard rows.affected == 1 else { throw .notFound("app \"\(state.session.app)\"") }
    }

    /// Uses a state: removes it, so that no replica can use it again.
    /// - Returns: nil if there is no such state, or it has expired.
    package func takeState(nonce: [UInt8]) async throws(VaultError) -> AuthorisationState? {
        let rows = try await query(
            """
            DELETE FROM vault.oauth_states WHERE nonce = $1
            RETURNING app, seller, token, expires_at > now()
            """, [.bytes(nonce)])
        guard let row = rows.first, row[3].bool == true else { return nil }
        return AuthorisationState(
            session: SessionName(app: row[0].text ?? "", seller: row[1].text ?? ""), token: row[2].text ?? "")
    }

    /// Stores what TOP gave for an authorisation code.
    ///
    /// A session that belongs to a user of TOP stays with this user.
    /// - Throws: `.otherUser` if another user has authorised the app, and `.notFound` if the app is gone. Nothing is
    ///   changed then.
    /// - Returns: whether the session is new.
    @discardableResult
    package func authorise(
        _ name: SessionName, with grant: SessionGrant
    ) async throws(VaultError) -> Bool {
        try grant.check()
        return try await change { () async throws(VaultError) in
            let known = try await query(
                """
                SELECT s.seller IS NOT NULL, s.taobao_user_id FROM vault.apps AS a
                LEFT JOIN vault.sessions AS s ON s.app = a.name AND s.seller = $2 WHERE a.name = $1
                """, [.text(name.app), .text(name.seller)])
            guard let row = known.first else { throw .notFound("app \"\(name.app)\"") }
            if let owner = row[1].text, !owner.utf8.elementsEqual((grant.userID ?? "").utf8) { throw .otherUser(name) }
            let isNew = row[0].bool != true
            if isNew {
                let sealed = try await seal(grant.key, for: .session(app: name.app, seller: name.seller))
                _ = try await query(
                    "INSERT INTO vault.sessions (app, seller, session_sealed) VALUES ($1, $2, $3)",
                    [.text(name.app), .text(name.seller), .bytes(sealed)])
                try await checkRoom(in: "vault.sessions")
            }
            _ = try await write(grant, to: name, issuedAt: nil)
            try await record("session.authorise", name.description) { json in
                guard let userID = grant.userID else { return }
                json.name("taobao_user_id")
                json.string(userID)
            }
            return isNew
        }
    }

    /// Within a change, writes a grant to a session that exists.
    /// - Parameter issuedAt: the `issued_at` that the session must still have, as PostgreSQL wrote it; nil for any.
    /// - Returns: whether there was such a session.
    func write(_ grant: SessionGrant, to name: SessionName, issuedAt: String?) async throws(VaultError) -> Bool {
        let key = try await seal(grant.key, for: .session(app: name.app, seller: name.seller))
        var token = SQLValue.null
        var tokenEnd = SQLValue.null
        var isKept = false
        switch grant.refresh {
        case .kept: isKept = true
        case .impossible: break
        case .token(let text, let endsAt):
            token = .bytes(try await seal(text, for: .refreshToken(name)))
            tokenEnd = endsAt.map { .integer($0) } ?? .null
        }
        let rows = try await query(
            """
            UPDATE vault.sessions SET
                session_sealed = $3, expires_at = to_timestamp($4::bigint / 1000.0), issued_at = now(),
                refresh_sealed = CASE WHEN $5 THEN refresh_sealed ELSE $6 END,
                refresh_expires_at = CASE WHEN $5 THEN refresh_expires_at ELSE to_timestamp($7::bigint / 1000.0) END,
                taobao_user_id = coalesce($8, taobao_user_id), taobao_user_nick = coalesce($9, taobao_user_nick),
                level_ends = $10::jsonb, refresh_failures = 0, refresh_error = NULL, needs_authorisation = false,
                refresh_after = vault.refresh_due(now(), to_timestamp($4::bigint / 1000.0)), updated_at = now()
            WHERE app = $1 AND seller = $2 AND ($11::timestamptz IS NULL OR issued_at = $11::timestamptz)
            """,
            [
                .text(name.app), .text(name.seller), .bytes(key), grant.expiresAt.map { .integer($0) } ?? .null,
                .bool(isKept), token, tokenEnd, .optional(grant.userID), .optional(grant.userNick),
                .text(Self.json(grant.levelEnds)), .optional(issuedAt),
            ])
        return rows.affected == 1
    }

    private static func json(_ levelEnds: [String: Int64]) -> String {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        for (level, end) in levelEnds.sorted(by: { $0.key < $1.key }) {
            json.name(level)
            json.integer(Int(end))
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

import Crypto
import JSON
import Postgres

extension VaultStore {
    /// Creates the session that a seller has with the app, or changes it.
    /// - Parameter condition: what must hold of the stored session.
    /// - Returns: whether the session is new.
    @discardableResult
    package func putSession(
        _ session: SessionInput, if condition: VaultCondition = .none
    ) async throws(VaultError) -> Bool {
        try session.check()
        return try await change { () async throws(VaultError) in
            let known = try await query("SELECT 1 FROM vault.apps WHERE name = $1", [.text(session.app)])
            guard !known.isEmpty else { throw .notFound("app \"\(session.app)\"") }
            let version = try await sessionVersion(session.app, session.seller)
            try condition.check(version)
            if session.makesDefault == true {
                _ = try await query(
                    "UPDATE vault.sessions SET is_default = false WHERE app = $1 AND is_default AND seller <> $2",
                    [.text(session.app), .text(session.seller)])
            }
            let isNew = try await write(session, try await sealedSecrets(of: session))
            if isNew { try await checkRoom(in: "vault.sessions") }
            return isNew
        }
    }

    private func sessionVersion(_ app: String, _ seller: String) async throws(VaultError) -> String? {
        try await query(
            "SELECT \(Self.version("s")) FROM vault.sessions AS s WHERE app = $1 AND seller = $2",
            [.text(app), .text(seller)]
        ).first?[0].text
    }

    /// Within a change, the secrets of a session, sealed.
    private func sealedSecrets(of session: SessionInput) async throws(VaultError) -> SealedSession {
        if session.key != nil || session.refreshToken != nil { _ = try await ensureKeysInChange() }
        return try sealedSecretsUnchecked(of: session)
    }

    /// The secrets of a session, sealed. The master key has been checked.
    fileprivate func sealedSecretsUnchecked(of session: SessionInput) throws(VaultError) -> SealedSession {
        let name = SessionName(app: session.app, seller: session.seller)
        return SealedSession(
            key: try session.key.map { key throws(VaultError) in
                try sealed(key, for: .session(app: name.app, seller: name.seller))
            },
            refreshToken: try session.refreshToken.map { token throws(VaultError) in
                try sealed(token, for: .refreshToken(name))
            })
    }

    /// Writes a session and its event in one statement. A secret that is not given stays.
    /// - Returns: whether the session is new.
    fileprivate func write(_ session: SessionInput, _ sealed: SealedSession) async throws(VaultError) -> Bool {
        do throws(PostgresError) {
            let rows = try await connection.query(
                Self.writing,
                [
                    .text(session.app), .text(session.seller), sealed.key.map { .bytes($0) } ?? .null,
                    session.expiresAt.applied(to: nil).map { .integer($0) } ?? .null,
                    .bool(session.expiresAt.isGiven), session.makesDefault.map { .bool($0) } ?? .null,
                    .optional(author.actor), .text(author.origin), .array(session.givenMembers),
                    sealed.refreshToken.map { .bytes($0) } ?? .null,
                    session.refreshExpiresAt.applied(to: nil).map { .integer($0) } ?? .null,
                    .bool(session.refreshExpiresAt.isGiven),
                ], timeout: timeout)
            return rows.first?[0].bool ?? false
        } catch {
            switch error.sqlState {
            case "23502" where sealed.key == nil:
                throw .invalid(field: "session", expectation: "is required for a new one")
            case "23503": throw .notFound("app \"\(session.app)\"")
            default: throw VaultError(error)
            }
        }
    }

    /// A new key or refresh token also ends what is known of failed refreshes. `issued_at` is when the key was put. The
    /// next refresh depends on it and on the end of the key.
    ///
    /// The statement first takes the lock of ``change(_:)``: a refresh locks in the same order, and what it stored is
    /// not overwritten with what was read before.
    private static let writing = """
        WITH turn AS MATERIALIZED (SELECT revision FROM vault.revision FOR UPDATE),
        put AS (
            INSERT INTO vault.sessions AS s
                (app, seller, session_sealed, expires_at, is_default, refresh_sealed, refresh_expires_at, refresh_after)
            SELECT $1::text, $2::text,
                coalesce($3::bytea, (SELECT session_sealed FROM vault.sessions WHERE app = $1 AND seller = $2)),
                to_timestamp($4::bigint / 1000.0), coalesce($6::boolean, false), $10::bytea,
                to_timestamp($11::bigint / 1000.0), vault.refresh_due(now(), to_timestamp($4::bigint / 1000.0))
            FROM turn
            ON CONFLICT (app, seller) DO UPDATE SET
                session_sealed = coalesce($3, s.session_sealed),
                expires_at = CASE WHEN $5 THEN excluded.expires_at ELSE s.expires_at END,
                is_default = coalesce($6, s.is_default), updated_at = now(),
                issued_at = CASE WHEN $3 IS NULL THEN s.issued_at ELSE now() END,
                refresh_sealed = coalesce(excluded.refresh_sealed, s.refresh_sealed),
                refresh_expires_at = CASE WHEN $12 THEN excluded.refresh_expires_at ELSE s.refresh_expires_at END,
                needs_authorisation = s.needs_authorisation AND $3 IS NULL AND $10 IS NULL,
                refresh_failures = CASE WHEN $3 IS NULL AND $10 IS NULL THEN s.refresh_failures ELSE 0 END,
                refresh_error = CASE WHEN $3 IS NULL AND $10 IS NULL THEN s.refresh_error END,
                refresh_after = CASE WHEN $3 IS NULL AND $10 IS NULL AND NOT $5 THEN s.refresh_after
                    ELSE vault.refresh_due(
                        CASE WHEN $3 IS NULL THEN s.issued_at ELSE now() END,
                        CASE WHEN $5 THEN excluded.expires_at ELSE s.expires_at END) END
            RETURNING xmax = 0 AS is_new),
        noted AS (
            INSERT INTO vault.events (actor, origin, action, object, detail)
            SELECT coalesce($7::text, session_user), $8::text, 'session.put', $1 || '/' || $2,
                   jsonb_build_object('created', is_new, 'given', to_jsonb($9::text[])) FROM put)
        SELECT is_new FROM put
        """

    /// Removes the session with this app and seller.
    package func removeSession(
        app: String, seller: String, if condition: VaultCondition = .none
    ) async throws(VaultError) {
        try VaultInput.name(app, field: "app name")
        try VaultInput.seller(seller)
        try await change { () async throws(VaultError) in
            let version = try await sessionVersion(app, seller)
            guard version != nil else { throw Self.noSession(app, seller) }
            try condition.check(version)
            _ = try await query(
                "DELETE FROM vault.sessions WHERE app = $1 AND seller = $2", [.text(app), .text(seller)])
            try await record("session.remove", "\(app)/\(seller)")
        }
    }

    private static func noSession(_ app: String, _ seller: String) -> VaultError {
        .notFound("session of \"\(seller)\" with the app \"\(app)\"")
    }

    /// The session of a seller with an app.
    package func session(app: String, seller: String) async throws(VaultError) -> SessionRecord {
        try VaultInput.name(app, field: "app name")
        try VaultInput.seller(seller)
        let found = try await sessions(where: "s.app = $1 AND s.seller = $2", [.text(app), .text(seller)])
        guard let session = found.first else { throw Self.noSession(app, seller) }
        return session
    }

    /// All sessions, or those of one app, ordered by app and seller.
    package func listSessions(app: String? = nil) async throws(VaultError) -> [SessionRecord] {
        if let app { try VaultInput.name(app, field: "app name") }
        return try await sessions(where: "$1::text IS NULL OR s.app = $1", [.optional(app)])
    }

    /// One page of sessions, ordered by app and seller: at most `limit`.
    /// - Parameters:
    ///   - app: the app; nil for every app.
    ///   - name: the session before the page.
    ///   - expiringWithin: only sessions whose key ends within this many milliseconds or has ended, and those that need
    ///     a new authorisation.
    package func listSessions(
        app: String?, after name: SessionName?, expiringWithin: Int64?, limit: Int
    ) async throws(VaultError) -> [SessionRecord] {
        if let app {
            // An unknown app is an error, not an app without sessions.
            _ = try await self.app(named: app)
        }
        return try await sessions(
            where: """
                ($1::text IS NULL OR s.app = $1) AND ($2::text IS NULL OR (s.app, s.seller) > ($2, $3)) \
                AND ($4::bigint IS NULL OR \(SessionHealth.ending(within: "$4")))
                """,
            [
                .optional(app), .optional(name?.app), .optional(name?.seller),
                expiringWithin.map { .integer($0) } ?? .null, .integer(Int64(limit)),
            ], "LIMIT $5")
    }

    private func sessions(
        where condition: String, _ parameters: [SQLValue], _ end: String = ""
    ) async throws(VaultError) -> [SessionRecord] {
        let rows = try await query(
            """
            SELECT \(SessionHealth.columns), s.is_default, (extract(epoch FROM s.created_at) * 1000)::bigint,
                   (extract(epoch FROM s.updated_at) * 1000)::bigint, \(Self.version("s")),
                   \(Self.author(of: "s.app || '/' || s.seller", kind: "session")), s.session_sealed, s.refresh_sealed
            FROM vault.sessions AS s LEFT JOIN vault.session_uses AS u USING (app, seller)
            WHERE \(condition) ORDER BY s.app, s.seller \(end)
            """, parameters)
        let prints = rows.isEmpty ? nil : try await secretPrints()
        return rows.map { SessionRecord($0, prints: prints) }
    }
}

/// Writes many sessions of one app. Each is a transaction of its own, in one statement.
package struct SessionBatch {
    /// How many sessions are written before the size of the table is looked at again.
    private static let linesPerCheck = 500

    private let app: String
    private var linesUntilCheck = 0

    /// Sessions of an app.
    package init(app: String) { self.app = app }

    /// Writes one session.
    /// - Returns: whether it is new.
    package mutating func put(_ session: SessionInput, in store: VaultStore) async throws(VaultError) -> Bool {
        // The default session of an app changes in two statements.
        if session.makesDefault != nil { return try await store.putSession(session) }
        try session.check()
        if linesUntilCheck == 0 {
            try await store.ensureKeys()
            try await store.checkRoom(in: "vault.sessions", for: Self.linesPerCheck)
            linesUntilCheck = Self.linesPerCheck
        }
        let isNew = try await store.write(session, try store.sealedSecretsUnchecked(of: session))
        linesUntilCheck -= 1
        return isNew
    }
}

/// The sealed secrets of a session that is put. Nil keeps what is stored.
private struct SealedSession {
    let key: [UInt8]?
    let refreshToken: [UInt8]?
}

/// A seller's session in a list, without its secrets. Times are in milliseconds since 1970.
package struct SessionRecord: Sendable, Equatable {
    /// Its name, the state of its key, and what is known of its use and its refreshes.
    package let health: SessionHealth
    /// Whether it is the app's default session.
    package let isDefault: Bool
    /// When it was created.
    package let createdAt: Int64
    /// When it was last changed.
    package let updatedAt: Int64
    /// The version of the row. It changes with every change.
    package let version: String
    /// Who changed the session last; nil if that is not recorded.
    package let author: String?
    /// The fingerprint of the session key; nil if the key does not open.
    package let fingerprint: String?
    /// The fingerprint of the refresh token; nil if there is none, or it does not open.
    package let refreshTokenFingerprint: String?

    /// The app that the seller authorised.
    package var app: String { health.name.app }
    /// The callers' alias for the seller.
    package var seller: String { health.name.seller }
    /// When the session expires. Nil if that is not known.
    package var expiresAt: Int64? { health.expiresAt }

    init(_ row: Row, prints: SecretPrints?) {
        health = SessionHealth(row)
        let own = SessionHealth.columnCount
        isDefault = row[own].bool ?? false
        createdAt = row[own + 1].integer ?? 0
        updatedAt = row[own + 2].integer ?? 0
        version = row[own + 3].text ?? ""
        author = row[own + 4].text
        fingerprint = prints?.fingerprint(
            of: row[own + 5].bytes, at: .session(app: health.name.app, seller: health.name.seller))
        refreshTokenFingerprint = prints?.fingerprint(of: row[own + 6].bytes, at: .refreshToken(health.name))
    }
}

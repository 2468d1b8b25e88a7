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
            var sealed: [UInt8]?
            if let key = session.key {
                sealed = try await seal(key, for: .session(app: session.app, seller: session.seller))
            }
            if session.makesDefault == true {
                _ = try await query(
                    "UPDATE vault.sessions SET is_default = false WHERE app = $1 AND is_default AND seller <> $2",
                    [.text(session.app), .text(session.seller)])
            }
            let isNew = try await write(session, sealed: sealed)
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

    /// Writes a session and its event in one statement. Without a sealed key the stored one stays.
    /// - Returns: whether the session is new.
    fileprivate func write(_ session: SessionInput, sealed: [UInt8]?) async throws(VaultError) -> Bool {
        var expiry: Int64?
        if case .set(let time) = session.expiresAt { expiry = time }
        do throws(PostgresError) {
            let rows = try await connection.query(
                Self.writing,
                [
                    .text(session.app), .text(session.seller), sealed.map { .bytes($0) } ?? .null,
                    expiry.map { .integer($0) } ?? .null, .bool(session.expiresAt.isGiven),
                    session.makesDefault.map { .bool($0) } ?? .null, .optional(author.actor), .text(author.origin),
                    .array(session.givenMembers),
                ], timeout: timeout)
            return rows.first?[0].bool ?? false
        } catch {
            switch error.sqlState {
            case "23502" where sealed == nil: throw .invalid(field: "session", expectation: "is required for a new one")
            case "23503": throw .notFound("app \"\(session.app)\"")
            default: throw VaultError(error)
            }
        }
    }

    /// A new key also ends what is known of the failed refreshes of the old one.
    private static let writing = """
        WITH put AS (
            INSERT INTO vault.sessions AS s (app, seller, session_sealed, expires_at, is_default)
            VALUES ($1, $2,
                coalesce($3, (SELECT session_sealed FROM vault.sessions WHERE app = $1 AND seller = $2)),
                to_timestamp($4::bigint / 1000.0), coalesce($6::boolean, false))
            ON CONFLICT (app, seller) DO UPDATE SET
                session_sealed = excluded.session_sealed,
                expires_at = CASE WHEN $5 THEN excluded.expires_at ELSE s.expires_at END,
                is_default = coalesce($6, s.is_default), updated_at = now(),
                issued_at = CASE WHEN $3 IS NULL THEN s.issued_at ELSE now() END,
                needs_authorisation = s.needs_authorisation AND $3 IS NULL,
                refresh_failures = CASE WHEN $3 IS NULL THEN s.refresh_failures ELSE 0 END,
                refresh_after = CASE WHEN $3 IS NULL THEN s.refresh_after END,
                refresh_error = CASE WHEN $3 IS NULL THEN s.refresh_error END
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
    ///   - place: the app and the seller of the session before the page.
    ///   - expiry: only sessions that expire by this time, in milliseconds since 1970. Expired ones are among them.
    package func listSessions(
        app: String?, after place: (app: String, seller: String)?, expiringBefore expiry: Int64?, limit: Int
    ) async throws(VaultError) -> [SessionRecord] {
        if let app {
            // An unknown app is an error, not an app without sessions.
            _ = try await self.app(named: app)
        }
        return try await sessions(
            where: """
                ($1::text IS NULL OR s.app = $1) AND ($2::text IS NULL OR (s.app, s.seller) > ($2, $3)) \
                AND ($4::bigint IS NULL OR s.expires_at <= to_timestamp($4 / 1000.0))
                """,
            [
                .optional(app), .optional(place?.app), .optional(place?.seller), expiry.map { .integer($0) } ?? .null,
                .integer(Int64(limit)),
            ], "LIMIT $5")
    }

    private func sessions(
        where condition: String, _ parameters: [SQLValue], _ end: String = ""
    ) async throws(VaultError) -> [SessionRecord] {
        let rows = try await query(
            """
            SELECT s.app, s.seller, \(VaultReader.expiry), s.is_default,
                   (extract(epoch FROM s.created_at) * 1000)::bigint,
                   (extract(epoch FROM s.updated_at) * 1000)::bigint,
                   (extract(epoch FROM s.issued_at) * 1000)::bigint, s.needs_authorisation,
                   (extract(epoch FROM u.last_success_at) * 1000)::bigint,
                   (extract(epoch FROM u.last_refusal_at) * 1000)::bigint, u.last_refusal,
                   \(Self.version("s")), \(Self.author(of: "s.app || '/' || s.seller", kind: "session")),
                   s.session_sealed
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
        let sealed = try session.key.map { key throws(VaultError) in
            try store.sealed(key, for: .session(app: app, seller: session.seller))
        }
        let isNew = try await store.write(session, sealed: sealed)
        linesUntilCheck -= 1
        return isNew
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
    /// When the current key was put or issued.
    package let issuedAt: Int64
    /// Whether the seller has to authorise the app again.
    package let needsAuthorisation: Bool
    /// When a call with the session last succeeded; nil if that is not recorded.
    package let lastSuccessAt: Int64?
    /// When TOP last refused the session; nil if that is not recorded.
    package let lastRefusalAt: Int64?
    /// The code of the last refusal.
    package let lastRefusal: String?
    /// The version of the row. It changes with every change.
    package let version: String
    /// Who changed the session last; nil if that is not recorded.
    package let author: String?
    /// The fingerprint of the session key; nil if the key does not open.
    package let fingerprint: String?

    init(_ row: Row, prints: SecretPrints?) {
        app = row[0].text ?? ""
        seller = row[1].text ?? ""
        expiresAt = row[2].integer
        isDefault = row[3].bool ?? false
        createdAt = row[4].integer ?? 0
        updatedAt = row[5].integer ?? 0
        issuedAt = row[6].integer ?? 0
        needsAuthorisation = row[7].bool ?? false
        lastSuccessAt = row[8].integer
        lastRefusalAt = row[9].integer
        lastRefusal = row[10].text
        version = row[11].text ?? ""
        author = row[12].text
        fingerprint = prints?.fingerprint(
            of: row[13].bytes, at: .session(app: row[0].text ?? "", seller: row[1].text ?? ""))
    }
}

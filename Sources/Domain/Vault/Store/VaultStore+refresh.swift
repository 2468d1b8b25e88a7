package import Crypto
import JSON
import Postgres

/// A session as the database has it now, with its refresh token opened.
package struct RefreshableSession: Sendable {
    /// The name of the session.
    package let name: SessionName
    /// The session as calls use it.
    package let session: SellerSession
    /// The refresh token. Nil if there is none.
    package let token: Secret?
    /// Failed refreshes in a row.
    package let failures: Int
    /// Whether the next refresh is due: the key is near its end, or the wait after a failure is over.
    package let isDue: Bool
    /// `issued_at`, as PostgreSQL wrote it. It tells whether the session has got another key meanwhile.
    let issuedAt: String
}

extension VaultStore {
    /// The class of the advisory locks under which sessions are refreshed. No other lock has this number.
    private static let refreshLockClass: Int64 = 0x746f_7072

    /// Waits until no other connection refreshes the session, and keeps others from it. The lock ends with the
    /// connection.
    package func lockRefresh(of name: SessionName) async throws(VaultError) {
        _ = try await query(
            "SELECT pg_advisory_lock($1::integer, hashtext($2))",
            [.integer(Self.refreshLockClass), .text(name.description)])
    }

    /// Lets others refresh the session.
    package func unlockRefresh(of name: SessionName) async throws(VaultError) {
        _ = try await query(
            "SELECT pg_advisory_unlock($1::integer, hashtext($2))",
            [.integer(Self.refreshLockClass), .text(name.description)])
    }

    /// The sessions whose refresh is due, the most urgent first. An index has them in this order.
    package func dueSessions(limit: Int) async throws(VaultError) -> [SessionName] {
        try await query(
            """
            SELECT app, seller FROM vault.sessions
            WHERE refresh_sealed IS NOT NULL AND NOT needs_authorisation AND refresh_after <= now()
            ORDER BY refresh_after LIMIT $1
            """, [.integer(Int64(limit))]
        ).map { SessionName(app: $0[0].text ?? "", seller: $0[1].text ?? "") }
    }

    /// A session as the database has it now. Nil if it is gone.
    /// - Throws: `.unreadable` if its key or its refresh token does not open.
    package func refreshableSession(_ name: SessionName) async throws(VaultError) -> RefreshableSession? {
        guard let key else { throw .noMasterKey }
        let rows = try await query(
            """
            SELECT session_sealed, \(VaultReader.expiry), is_default, refresh_sealed,
                   \(VaultReader.milliseconds("refresh_expires_at")), needs_authorisation, refresh_failures,
                   coalesce(refresh_after <= now(), refresh_failures = 0), issued_at::text
            FROM vault.sessions WHERE app = $1 AND seller = $2
            """, [.text(name.app), .text(name.seller)])
        guard let row = rows.first else { return nil }
        let column = SealedColumn.session(app: name.app, seller: name.seller)
        let opened = Secret(bytes: try key.open(row[0].bytes ?? [], at: column))
        var token: Secret?
        if let sealed = row[3].bytes { token = Secret(bytes: try key.open(sealed, at: .refreshToken(name))) }
        return RefreshableSession(
            name: name,
            session: SellerSession(
                app: name.app, seller: name.seller, key: opened, expiresAt: row[1].integer,
                isDefault: row[2].bool ?? false,
                renewal: SessionRenewal(
                    hasToken: token != nil, endsAt: row[4].integer, needsAuthorisation: row[5].bool ?? false)),
            token: token, failures: Int(row[6].integer ?? 0), isDue: row[7].bool ?? false,
            issuedAt: row[8].text ?? "")
    }

    /// Stores the new key of a session, unless the session has got another key meanwhile.
    /// - Returns: whether it was stored. If not, the session was put anew or removed, and nothing is changed.
    package func storeRefresh(
        of session: RefreshableSession, _ grant: SessionGrant
    ) async throws(VaultError) -> Bool {
        try grant.check()
        return try await change { () async throws(VaultError) in
            guard try await write(grant, to: session.name, issuedAt: session.issuedAt) else { return false }
            try await record("session.refresh", session.name.description)
            return true
        }
    }

    /// Notes a failed refresh, unless the session has got another key meanwhile.
    /// - Parameters:
    ///   - reason: why it failed, without secrets.
    ///   - wait: the time until the next attempt. Nil if no attempt can help, so that the seller must authorise the app
    ///     again.
    package func noteFailedRefresh(
        of session: RefreshableSession, reason: String, wait: Duration?
    ) async throws(VaultError) {
        try await change { () async throws(VaultError) in
            let rows = try await query(
                """
                UPDATE vault.sessions SET
                    refresh_failures = refresh_failures + 1, refresh_error = left($3, 500),
                    needs_authorisation = $4::bigint IS NULL,
                    refresh_after = now() + coalesce($4::bigint, 0) * interval '1 millisecond'
                WHERE app = $1 AND seller = $2 AND issued_at = $5::timestamptz
                """,
                [
                    .text(session.name.app), .text(session.name.seller), .text(reason),
                    wait.map { .integer(Int64($0 / .milliseconds(1))) } ?? .null, .text(session.issuedAt),
                ])
            guard rows.affected == 1 else { return }
            try await record("session.refresh_failed", session.name.description) { json in
                json.name("error")
                json.string(reason)
            }
        }
    }
}

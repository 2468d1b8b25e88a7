import Crypto
import Postgres
import Testing

@testable import Vault

@Suite("Refreshing sessions in the vault", .serialized)
struct SessionRefreshTests {
    private static let name = SessionName(app: "a", seller: "店 1")

    /// A vault with an app and a session that has a refresh token.
    private func withSession(
        expiresAt: Int64? = nil, _ body: @escaping @Sendable (TestVault, VaultStore) async throws -> Void
    ) async throws {
        try await withVault { vault in
            try await vault.putApp("a")
            let store = try await vault.store()
            try await store.putSession(
                SessionInput(
                    app: "a", seller: Self.name.seller, key: Secret("k1"), expiresAt: PatchValue(expiresAt),
                    refreshToken: Secret("r1"), refreshExpiresAt: .set(4_000_000_000_000)))
            try await body(vault, store)
        }
    }

    @Test("A new key is stored with its refresh token, unless the session got another key meanwhile")
    func storedGrants() async throws {
        try await withSession { vault, store in
            let first = try #require(try await store.refreshableSession(Self.name))
            #expect(first.session.key == Secret("k1") && first.token == Secret("r1") && first.failures == 0)
            let grant = SessionGrant(
                key: Secret("k2"), expiresAt: 3_000_000_000_000, refresh: .token(Secret("r2"), endsAt: nil),
                userID: "u", userNick: "n", levelEnds: ["r1": 5])
            #expect(try await store.storeRefresh(of: first, grant))
            let second = try #require(try await store.refreshableSession(Self.name))
            #expect(second.session.key == Secret("k2") && second.token == Secret("r2"))
            #expect(second.session.renewal == SessionRenewal(hasToken: true))
            // What began before is too late now, whatever it brings.
            #expect(try await !store.storeRefresh(of: first, SessionGrant(key: Secret("k3"))))
            try await store.noteFailedRefresh(of: first, reason: "late", wait: nil)
            #expect(try await store.refreshableSession(Self.name)?.session.key == Secret("k2"))
            #expect(try await store.sessionHealth().map(\.state) == [.valid])
            let kept = SessionGrant(key: Secret("k4"), refresh: .kept)
            #expect(try await store.storeRefresh(of: second, kept))
            let third = try #require(try await store.refreshableSession(Self.name))
            #expect(third.token == Secret("r2") && third.session.expiresAt == nil)
            #expect(
                try await store.storeRefresh(
                    of: third, SessionGrant(key: Secret("k5"), refresh: .impossible)))
            #expect(try await store.refreshableSession(Self.name)?.token == nil)
            try await store.removeApp("a")
            #expect(try await store.refreshableSession(Self.name) == nil)
            #expect(try await !store.storeRefresh(of: third, kept))
            let events = try await store.query("SELECT count(*) FROM vault.events WHERE action LIKE 'session.refresh%'")
            #expect(events.first?[0].integer == 3)
        }
    }

    @Test("A session is due at a tenth of its key's life, at most a day before the end, and after a failure's wait")
    func dueSessions() async throws {
        try await withSession { vault, store in
            #expect(try await store.dueSessions(limit: 10).isEmpty)
            func due(_ life: String, left: String) async throws -> Bool {
                _ = try await store.query(
                    """
                    UPDATE vault.sessions SET expires_at = now() + $2::interval, issued_at = now() + $2::interval - $1::interval,
                    refresh_after = vault.refresh_due(now() + $2::interval - $1::interval, now() + $2::interval)
                    """, [.text(life), .text(left)])
                return try await store.dueSessions(limit: 10) == [Self.name]
            }
            #expect(try await !due("10 hours", left: "61 minutes"))
            #expect(try await due("10 hours", left: "59 minutes"))
            #expect(try await !due("365 days", left: "25 hours"))
            #expect(try await due("365 days", left: "23 hours"))
            #expect(try await due("1 hour", left: "-1 hour"))
            let session = try #require(try await store.refreshableSession(Self.name))
            #expect(session.isDue)
            try await store.noteFailedRefresh(of: session, reason: "why", wait: .seconds(60))
            #expect(try await store.dueSessions(limit: 10).isEmpty)
            let failed = try #require(try await store.refreshableSession(Self.name))
            #expect(failed.failures == 1 && !failed.isDue)
            try await store.noteFailedRefresh(of: session, reason: "for good", wait: nil)
            let health = try #require(try await store.sessionHealth(expiringWithin: 0).first)
            #expect(health.state == .needsAuthorisation && !health.isRefreshable && health.refreshError == "for good")
            #expect(try await store.dueSessions(limit: 10).isEmpty)
            try await store.putSession(SessionInput(app: "a", seller: Self.name.seller, key: Secret("k9")))
            #expect(try await store.sessionHealth().first?.isRefreshable == true)
        }
    }

    @Test("What is due among thousands of sessions is found by an index")
    func dueByIndex() async throws {
        try await withSession { vault, store in
            _ = try await store.query(
                """
                INSERT INTO vault.sessions (app, seller, session_sealed, refresh_sealed, refresh_after)
                SELECT 'a', 's' || n, session_sealed, refresh_sealed, now() + interval '1 day'
                FROM vault.sessions, generate_series(1, 5000) AS n
                """)
            _ = try await store.query("ANALYZE vault.sessions")
            let plan = try await store.query(
                """
                EXPLAIN SELECT app, seller FROM vault.sessions
                WHERE refresh_sealed IS NOT NULL AND NOT needs_authorisation AND refresh_after <= now()
                ORDER BY refresh_after LIMIT 32
                """
            ).map { $0[0].text ?? "" }.joined(separator: "\n")
            #expect(plan.contains("sessions_by_refresh") && !plan.contains("Sort"), "\(plan)")
        }
    }

    @Test("A refresh token that is moved to another row does not open")
    func movedRefreshToken() async throws {
        try await withSession { vault, store in
            try await store.putSession(SessionInput(app: "a", seller: "b", key: Secret("k")))
            _ = try await store.query(
                "UPDATE vault.sessions SET refresh_sealed = (SELECT refresh_sealed FROM vault.sessions WHERE seller <> 'b')"
            )
            #expect(try await store.refreshableSession(Self.name)?.token == Secret("r1"))
            let error = await vaultError { _ = try await store.refreshableSession(SessionName(app: "a", seller: "b")) }
            guard case .unreadable(let row)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(row == "vault.sessions/a/b")
        }
    }

    @Test("Two connections refresh a session one after the other, and the lock of a closed one is free")
    func refreshLock() async throws {
        try await withSession { vault, store in
            try await store.lockRefresh(of: Self.name)
            let other = try await vault.store()
            try await other.lockRefresh(of: SessionName(app: "a", seller: "other"))
            let waiting = VaultStore(connection: try await vault.connect(), key: vault.key, timeout: .milliseconds(300))
            let error = await vaultError { try await waiting.lockRefresh(of: Self.name) }
            guard case .database? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            store.connection.close()
            try await other.lockRefresh(of: Self.name)
        }
    }

    @Test("The health of sessions is listed in order, and uses are merged")
    func healthAndUses() async throws {
        try await withSession { vault, store in
            for seller in ["x", "y", "z"] {
                try await store.putSession(
                    SessionInput(app: "a", seller: seller, key: Secret("k"), expiresAt: .set(4_000_000_000_000)))
            }
            #expect(try await store.sessionHealth(app: "a").map(\.name.seller) == ["x", "y", "z", "店 1"])
            try await store.recordUses([
                SessionName(app: "a", seller: "x"): .init(successAt: 5000, refusalAt: 4000, refusal: "26"),
                SessionName(app: "a", seller: "gone"): .init(successAt: 5000, refusalAt: nil, refusal: ""),
            ])
            try await store.recordUses([
                SessionName(app: "a", seller: "x"): .init(successAt: 3000, refusalAt: 6000, refusal: "27")
            ])
            let health = try #require(try await store.sessionHealth().first)
            #expect(health.lastSuccessAt == 5000 && health.lastRefusalAt == 6000 && health.lastRefusal == "27")
        }
    }
}

import Bytes
import Crypto
import Postgres
import Testing

@testable import Vault

@Suite("What is sealed stays sealed", .serialized)
struct SealingTests {
    private static let anybody = AccessToken(id: "0", name: "t", hash: [], scopes: [.relay])

    @Test("A blob that is moved to another row, or cut, does not open there; other rows stay in use")
    func movedBlobs() async throws {
        try await withVault { vault in
            for name in ["a", "b", "c"] { try await vault.putApp(name) }
            let store = try await vault.store()
            for seller in ["x", "y", "z"] {
                try await store.putSession(SessionInput(app: "c", seller: seller, key: Secret("session-\(seller)")))
            }
            let connection = try await vault.connect()
            try await connection.execute(
                """
                UPDATE vault.apps SET secret_sealed = (SELECT secret_sealed FROM vault.apps WHERE name = 'b')
                    WHERE name = 'a';
                UPDATE vault.apps SET secret_sealed = (SELECT session_sealed FROM vault.sessions WHERE seller = 'z')
                    WHERE name = 'b';
                UPDATE vault.sessions SET session_sealed =
                    (SELECT session_sealed FROM vault.sessions WHERE seller = 'x') WHERE seller = 'y';
                UPDATE vault.sessions SET session_sealed = substr(session_sealed, 1, 34) WHERE seller = 'z'
                """)
            let snapshot = try await vault.snapshot()
            #expect(
                snapshot.unreadable == ["vault.apps/a", "vault.apps/b", "vault.sessions/c/y", "vault.sessions/c/z"])
            #expect(throws: AppResolutionError.unreadable(app: "a")) {
                try snapshot.resolveApp(named: "a", for: "m", token: Self.anybody)
            }
            let app = try snapshot.resolveApp(named: "c", for: "m", token: Self.anybody)
            #expect(app.secret == Secret("secret-of-c"))
            #expect(try snapshot.resolveSession(app: app, seller: "x", now: 0).key == Secret("session-x"))
            #expect(throws: SessionResolutionError.unreadable(seller: "y", app: "c")) {
                try snapshot.resolveSession(app: app, seller: "y", now: 0)
            }
        }
    }

    @Test("A session's blob does not open under another app either")
    func movedBetweenApps() async throws {
        try await withVault { vault in
            for name in ["a", "b"] { try await vault.putApp(name) }
            let store = try await vault.store()
            try await store.putSession(SessionInput(app: "a", seller: "x", key: Secret("session-x")))
            try await vault.connect().execute("UPDATE vault.sessions SET app = 'b'")
            #expect(try await vault.snapshot().unreadable == ["vault.sessions/b/x"])
        }
    }

    @Test("The wrong master key is told by its setting and the ids of both keys, whatever is tried with it")
    func wrongKey() async throws {
        try await withVault { vault in
            try await vault.putApp("a")
            let bytes = SecureRandom.bytes(32)
            let other = try KeyRing(bytes: bytes)
            let store = try await vault.store(key: other)
            let errors = [
                await vaultError { _ = try await vault.snapshot(key: other) },
                await vaultError { _ = try await store.ensureKeys() },
                await vaultError {
                    try await store.putApp(AppInput(name: "b", appKey: "1", secret: Secret("s")))
                },
                await vaultError { try await store.putSession(SessionInput(app: "a", seller: "x", key: Secret("s"))) },
            ]
            for error in errors {
                guard case .wrongMasterKey(vault.key.newest.id, other.newest.id) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                let text = "\(error.map { "\($0)" } ?? "")"
                #expect(text.contains("TOPRELAY_MASTER_KEY"))
                #expect(text.contains(Hex.lower([UInt8](bigEndian: other.newest.id))))
                #expect(!text.contains(Base64.encode(bytes)) && !text.contains(Hex.lower(bytes)))
                #expect(error?.isFinal == true)
            }
            #expect(try await vault.store().listApps().map(\.name) == ["a"])
        }
    }

    @Test("The system's keys are made once, the same for all who ask at the same time")
    func makesKeysOnce() async throws {
        try await withVault { vault in
            let all = try await withThrowingTaskGroup(of: [SystemKey].self) { group in
                for _ in 0..<6 {
                    group.addTask(executorPreference: vault.loop) { try await vault.store().ensureKeys() }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let first = try #require(all.first)
            #expect(first.map(\.name).count == SystemKey.Name.allCases.count)
            for keys in all {
                #expect(keys.map(\.secret) == first.map(\.secret))
                #expect(keys.allSatisfy { $0.version == 1 && $0.secret.bytes.count == SystemKey.length })
            }
            let snapshot = try await vault.snapshot()
            for name in SystemKey.Name.allCases {
                #expect(snapshot.keys(name).map(\.secret) == first.filter { $0.name == name }.map(\.secret))
            }
            #expect(first[0].secret != first[1].secret)
            let revision = snapshot.revision
            _ = try await vault.store().ensureKeys()
            #expect(try await vault.snapshot().revision == revision)
        }
    }

    @Test("A key of the system that was moved is an error, not another key")
    func movedSystemKey() async throws {
        try await withVault { vault in
            _ = try await vault.store().ensureKeys()
            try await vault.connect().execute(
                """
                UPDATE vault.keys SET sealed = (SELECT sealed FROM vault.keys WHERE name = 'idempotency')
                    WHERE name = 'fingerprint'
                """)
            guard case .unreadable("vault.keys/fingerprint/1") = await vaultError({ _ = try await vault.snapshot() })
            else {
                Issue.record("unreadable is expected")
                return
            }
        }
    }

    @Test("A key of the system that this version does not know is told by its row")
    func unknownSystemKey() async throws {
        try await withVault { vault in
            _ = try await vault.store().ensureKeys()
            try await vault.connect().execute(
                """
                ALTER TABLE vault.keys DROP CONSTRAINT keys_name;
                INSERT INTO vault.keys (name, version, sealed) SELECT 'later', 1, sealed FROM vault.keys LIMIT 1
                """)
            let error = await vaultError { _ = try await vault.snapshot() }
            guard case .unexpected("vault.keys/later/1", "name") = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.isFinal == true)
        }
    }

    @Test("Without a master key nothing is sealed")
    func withoutKey() async throws {
        try await withVault { vault in
            let store = VaultStore(connection: try await vault.connect(), key: nil)
            guard
                case .noMasterKey = await vaultError({
                    try await store.putApp(AppInput(name: "b", appKey: "1", secret: Secret("s")))
                })
            else {
                Issue.record("noMasterKey is expected")
                return
            }
            #expect(try await store.listApps().isEmpty)
        }
    }

    @Test("A database without the vault's tables asks for migrations")
    func notMigrated() async throws {
        try await withVault { vault in
            let connection = try await vault.connect()
            try await connection.execute("DROP SCHEMA vault CASCADE")
            guard case .notMigrated = await vaultError({ _ = try await vault.snapshot() }) else {
                Issue.record("notMigrated is expected")
                return
            }
            guard case .notMigrated = await vaultError({ _ = try await vault.store().ensureKeys() }) else {
                Issue.record("notMigrated is expected")
                return
            }
            #expect("\(VaultError.notMigrated)".contains("toprelay migrate"))
        }
    }

    @Test("No column of any table holds a secret, a session, a token or a key in clear, in any encoding of it")
    func noColumnOfAnyTable() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            let secret = "canary-secret-4c1d"
            let session = "canary-session-8e2f"
            try await store.putApp(AppInput(name: "a", appKey: "1", secret: Secret(secret)))
            try await store.putSession(SessionInput(app: "a", seller: "x", key: Secret(session)))
            let token = try await store.createToken(TokenInput(name: "t", scopes: [.relay]))
            let keys = try await store.ensureKeys()
            let connection = try await vault.connect()
            var dump = ""
            for table in ["apps", "sessions", "tokens", "keys", "revision"] {
                for row in try await connection.query("SELECT t::text FROM vault.\(table) AS t") {
                    dump += (row[0].text ?? "") + "\n"
                }
            }
            #expect(dump.contains("(a,1,"))
            let planted =
                [Array(secret.utf8), Array(session.utf8), Array(token.text.utf8.suffix(43))] + keys.map(\.secret.bytes)
            for bytes in planted {
                for form in [
                    String(decoding: bytes, as: UTF8.self), Hex.lower(bytes), Base64.encode(bytes),
                    Base64.urlSafe(bytes),
                ] {
                    #expect(!dump.contains(form))
                }
            }
        }
    }

    @Test("An error of the database about a secret's row does not show what was sent")
    func errorsShowNothing() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            _ = try await store.ensureKeys()
            try await vault.connect().execute("ALTER TABLE vault.apps ADD CHECK (app_key <> 'canary-key-3a9b')")
            let error = await vaultError {
                try await store.putApp(
                    AppInput(name: "a", appKey: "canary-key-3a9b", secret: Secret("canary-secret-3a9b")))
            }
            guard case .database = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(!"\(error.map { "\($0)" } ?? "")".contains("canary"))
            #expect(!store.connection.isInTransaction)
        }
    }
}

extension [UInt8] {
    /// The four bytes of a number, the highest first.
    init(bigEndian number: UInt32) {
        self = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

import Crypto
import Postgres
import Testing

@testable import Vault

@Suite("Tokens and limits of the vault", .serialized)
struct VaultStoreTokensTests {
    private static func input(_ name: String) -> AppInput {
        AppInput(name: name, appKey: "12129701", secret: Secret("top-secret"))
    }

    @Test("A token with the scope admin takes no limits")
    func adminHasNoLimits() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            for (apps, methods) in [(["a"], []), ([], ["tmall.*"])] as [([String], [String])] {
                let error = await #expect(throws: VaultError.self) {
                    _ = try await store.createToken(
                        TokenInput(
                            name: "root", scopes: [.admin, .relay], apps: apps, methods: methods))
                }
                #expect(error?.isInputRefused == true && error?.description.contains("admin") == true)
            }
            #expect(try await store.listTokens().isEmpty)
        }
    }

    @Test("A token works by the text that is given once, and no longer when it is removed; it needs no master key")
    func createsTokens() async throws {
        try await withVault { vault in
            _ = try await vault.store().ensureKeys()
            let store = VaultStore(connection: try await vault.connect(), key: nil)
            let text = try await store.createToken(
                TokenInput(
                    name: "shop", scopes: [.relay, .auditRead], apps: ["a", "b"], methods: ["tmall.*"],
                    expiresAt: 1_900_000_000_000))
            let all = try await store.createToken(TokenInput(name: "all", scopes: [.admin]))
            let snapshot = try await vault.snapshot()
            let token = try snapshot.authenticate(authorization: "Bearer \(text.text)", now: 1_800_000_000_000)
            #expect(token.name == "shop" && token.scopes == [.relay, .auditRead] && token.apps == ["a", "b"])
            #expect(token.methods.map(\.pattern) == ["tmall.*"])
            #expect(throws: AuthenticationError.expired) {
                try snapshot.authenticate(bearer: text.text, now: 1_900_000_000_000)
            }
            let open = try snapshot.authenticate(bearer: all.text, now: 1_800_000_000_000)
            #expect(open.apps.isEmpty && open.methods.isEmpty && open.expiresAt == nil)
            let records = try await store.listTokens()
            #expect(records.map(\.name) == ["all", "shop"])
            #expect(records.last?.scopes == [.auditRead, .relay])
            #expect(records.last?.expiresAt == 1_900_000_000_000)
            try await store.removeToken("shop")
            let later = try await vault.snapshot()
            #expect(throws: AuthenticationError.unknown) { try later.authenticate(bearer: text.text, now: 0) }
            #expect(try later.authenticate(bearer: all.text, now: 0).name == "all")
        }
    }

    @Test("A name that is taken, a token without a scope and names that are none are refused")
    func refusesTokens() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            _ = try await store.createToken(TokenInput(name: "t", scopes: [.relay]))
            guard
                case .taken("t") = await vaultError({
                    _ = try await store.createToken(TokenInput(name: "t", scopes: [.relay]))
                })
            else {
                Issue.record("taken is expected")
                return
            }
            let inputs: [(String, String, Set<Scope>, [String], [String])] = [
                ("token name", "a b", [.relay], [], []), ("scope", "u", [], [], []),
                ("app 1", "u", [.relay], ["a b"], []), ("method 1", "u", [.relay], [], ["a b"]),
                ("apps", "u", [.relay], Array(repeating: "a", count: 257), []),
            ]
            for (field, name, scopes, apps, methods) in inputs {
                let error = await vaultError {
                    _ = try await store.createToken(
                        TokenInput(name: name, scopes: scopes, apps: apps, methods: methods))
                }
                guard case .invalid(field, _) = error else {
                    Issue.record("\(field): \(String(describing: error))")
                    continue
                }
            }
            guard case .notFound = await vaultError({ try await store.removeToken("T") }) else {
                Issue.record("not found is expected")
                return
            }
            #expect(try await store.listTokens().map(\.name) == ["t"])
        }
    }

    @Test("No table grows over what a replica keeps in memory, and one that did is told by its name")
    func noTableGrowsOver() async throws {
        try await withVault { vault in
            let store = VaultStore(
                connection: try await vault.connect(), key: vault.key, timeout: .seconds(10), rowLimit: 2)
            for name in ["a", "b"] {
                try await store.putApp(Self.input(name))
                try await store.putSession(SessionInput(app: "a", seller: name, key: Secret("k")))
                _ = try await store.createToken(TokenInput(name: name, scopes: [.relay]))
            }
            try await store.putApp(Self.input("a"))
            let errors = [
                await vaultError { try await store.putApp(Self.input("c")) },
                await vaultError { try await store.putSession(SessionInput(app: "b", seller: "c", key: Secret("k"))) },
                await vaultError { _ = try await store.createToken(TokenInput(name: "c", scopes: [.relay])) },
            ]
            for (error, table) in zip(errors, ["vault.apps", "vault.sessions", "vault.tokens"]) {
                guard case .tooLarge(table, 2) = error else {
                    Issue.record("\(table): \(String(describing: error))")
                    continue
                }
            }
            #expect(try await vault.snapshot().counts == (2, 2, 2))
            let error = await vaultError {
                let connection = try await vault.connect()
                _ = try await VaultReader.load(on: connection, key: vault.key, timeout: .seconds(10), rowLimit: 1)
            }
            guard case .tooLarge = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}

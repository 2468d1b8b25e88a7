import Crypto
import Postgres
import Testing

@testable import Vault

/// Rows with values that no command makes, and that the tables' own checks would refuse.
@Suite("Rows of the vault that cannot be read", .serialized)
struct UnreadableRowTests {
    /// Runs `body` with two apps and a token that is limited to one of them and to one method.
    private func withLimitedToken(
        _ body: @escaping @Sendable (TestVault, PostgresConnection, _ text: String) async throws -> Void
    ) async throws {
        try await withVault { vault in
            try await vault.putApp("a", makesDefault: true)
            try await vault.putApp("b", methods: ["bound.method"])
            let store = try await vault.store()
            let text = try await store.createToken(
                TokenInput(name: "crm", scopes: [.relay], apps: ["a"], methods: ["a.b"])
            ).text
            let connection = try await vault.connect()
            try await connection.execute(
                """
                ALTER TABLE vault.tokens DROP CONSTRAINT tokens_apps, DROP CONSTRAINT tokens_methods;
                ALTER TABLE vault.tokens ALTER apps DROP NOT NULL, ALTER methods DROP NOT NULL;
                ALTER TABLE vault.apps DROP CONSTRAINT apps_methods
                """)
            try await body(vault, connection, text)
        }
    }

    private static let invalid = [
        "methods = '{\"[a-z]+\"}'", "methods = '{a.b,\"x y\"}'", "methods = '{NULL}'", "methods = '{\"\"}'",
        "methods = NULL", "methods = ARRAY[repeat('a', 129)]", "apps = '{NULL}'", "apps = '{\"\"}'", "apps = NULL",
        "apps = '{\"a b\"}'", "apps = '{a/b}'",
    ]

    @Test("A token whose list holds what cannot be read allows nothing, and is listed", arguments: invalid)
    func tokenWhoseListHolds(_ change: String) async throws {
        try await withLimitedToken { vault, connection, text in
            let before = try await vault.snapshot()
            let good = try before.authenticate(bearer: text, now: 0)
            #expect(good.isReadable && good.allows(.relay) && good.allows(method: "a.b") && good.allows(app: "a"))
            #expect(before.unreadable.isEmpty)
            try await connection.execute("UPDATE vault.tokens SET \(change)")
            let snapshot = try await vault.snapshot()
            let token = try snapshot.authenticate(bearer: text, now: 0)
            #expect(!token.isReadable)
            #expect(Scope.allCases.allSatisfy { !token.allows($0) })
            #expect(!token.allows(method: "a.b") && !token.allows(method: "x") && !token.allows(app: "a"))
            #expect(throws: AppResolutionError.forbidden(app: "a")) {
                try snapshot.resolveApp(named: nil, for: "a.b", token: token)
            }
            let column = String(change.prefix { $0 != " " })
            #expect(snapshot.unreadable == ["vault.tokens/crm: \(column)"])
        }
    }

    @Test("An app whose methods cannot be read leaves no choice of an app to the relay")
    func appWhoseMethodsCannot() async throws {
        try await withLimitedToken { vault, connection, _ in
            let token = AccessToken(id: "0", name: "t", hash: [], scopes: [.relay])
            #expect(
                try await vault.snapshot().resolveApp(named: nil, for: "bound.method", token: token).name == "b")
            try await connection.execute("UPDATE vault.apps SET methods = '{\"bound method\"}' WHERE name = 'b'")
            let snapshot = try await vault.snapshot()
            #expect(snapshot.unreadable == ["vault.apps/b: methods"])
            #expect(throws: AppResolutionError.unreadableBindings(app: "b")) {
                try snapshot.resolveApp(named: nil, for: "bound.method", token: token)
            }
            #expect(try snapshot.resolveApp(named: "b", for: "bound.method", token: token).name == "b")
        }
    }

    @Test("An end that is infinite is no number: infinity is never, and -infinity has been")
    func infiniteEnds() async throws {
        try await withLimitedToken { vault, connection, text in
            try await vault.store().putSession(SessionInput(app: "a", seller: "x", key: Secret("k")))
            for (value, isExpired) in [("infinity", false), ("-infinity", true)] {
                try await connection.execute(
                    "UPDATE vault.tokens SET expires_at = '\(value)'; UPDATE vault.sessions SET expires_at = '\(value)'"
                )
                let snapshot = try await vault.snapshot()
                let token = try? snapshot.authenticate(bearer: text, now: 1_800_000_000_000)
                #expect((token == nil) == isExpired, "\(value)")
                let any = AccessToken(id: "0", name: "t", hash: [], scopes: [.relay])
                let app = try snapshot.resolveApp(named: "a", for: "m", token: any)
                let session = try? snapshot.resolveSession(app: app, seller: "x", now: 1_800_000_000_000)
                #expect((session == nil) == isExpired, "\(value)")
                let store = try await vault.store()
                #expect(try await store.listTokens().map(\.expiresAt) == [isExpired ? 0 : nil])
                #expect(try await store.listSessions().map(\.expiresAt) == [isExpired ? 0 : nil])
            }
        }
    }
}

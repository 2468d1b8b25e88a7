import Crypto
import EventLoop
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Vault

/// A database of its own with the vault's tables, and a loop to work on.
struct TestVault: Sendable {
    let url: String
    let loop: EventLoop
    let key: KeyRing

    var settings: PostgresSettings { get throws { try PostgresSettings(url: url) } }

    func connect() async throws -> PostgresConnection {
        try await PostgresConnection.connect(settings, on: loop)
    }

    func store(key other: KeyRing? = nil) async throws -> VaultStore {
        VaultStore(connection: try await connect(), key: other ?? key)
    }

    func snapshot(key other: KeyRing? = nil) async throws -> VaultSnapshot {
        let connection = try await connect()
        defer { connection.close() }
        return try await VaultReader.load(on: connection, key: other ?? key)
    }

    /// Puts an app with a secret that nothing else holds.
    func putApp(_ name: String, makesDefault: Bool? = nil, methods: [String] = []) async throws {
        let store = try await store()
        defer { store.connection.close() }
        try await store.putApp(
            AppInput(
                name: name, appKey: "1\(name.utf8.count)", secret: Secret("secret-of-\(name)"),
                makesDefault: makesDefault, methods: methods))
    }
}

/// Runs `body` on a loop of its own, with a database that has the vault's tables, and fails when it takes too long.
func withVault<T: Sendable>(
    on cluster: PostgresCluster? = nil, seconds: Int = 60,
    _ body: @escaping @Sendable (TestVault) async throws -> T
) async throws -> T {
    try await onLoop(seconds: seconds) { loop in
        let database = try await TestDatabase.make(in: cluster, on: loop)
        let vault = TestVault(url: database.url, loop: loop, key: try KeyRing(bytes: SecureRandom.bytes(32)))
        let result = try await body(vault)
        try await database.endConnections(loop)
        return result
    }
}

/// The error of `body` as the vault's own; a success, or another error, is an issue.
func vaultError(_ body: () async throws -> Void) async -> VaultError? {
    do {
        try await body()
        Issue.record("an error was expected")
        return nil
    } catch let error as VaultError {
        return error
    } catch {
        Issue.record("a VaultError was expected: \(error)")
        return nil
    }
}

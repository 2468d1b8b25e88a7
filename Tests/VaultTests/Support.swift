import Crypto
import EventLoop
import Foundation
import Postgres
import Testing

@testable import Vault

/// The cluster that the tests share, made on first use. Tests that stop a server make their own.
enum Shared {
    static let cluster = Result { try PostgresCluster(settings: ["max_connections = 200"]) }
}

/// A database of its own with the vault's tables, and a loop to work on.
struct TestVault: Sendable {
    let url: String
    let loop: EventLoop
    let key: SealingKey

    var settings: PostgresSettings { get throws { try PostgresSettings(url: url) } }

    func connect() async throws -> PostgresConnection {
        try await PostgresConnection.connect(settings, on: loop)
    }

    func store(key other: SealingKey? = nil) async throws -> VaultStore {
        VaultStore(connection: try await connect(), key: other ?? key)
    }

    func snapshot(key other: SealingKey? = nil) async throws -> VaultSnapshot {
        let connection = try await connect()
        defer { connection.close() }
        return try await VaultReader.load(on: connection, key: other ?? key)
    }

    /// Puts an app with a secret that nothing else holds.
    func putApp(_ name: String, makesDefault: Bool = false, methods: [String] = []) async throws {
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
    let cluster = try cluster ?? Shared.cluster.get()
    return try await onLoop(seconds: seconds) { loop in
        let name = "vault_" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        let admin = try await PostgresConnection.connect(PostgresSettings(url: cluster.url()), on: loop)
        try await admin.execute("CREATE DATABASE \(name)")
        admin.close()
        let vault = TestVault(
            url: cluster.url(database: name), loop: loop, key: try SealingKey(bytes: SecureRandom.bytes(32)))
        let connection = try await vault.connect()
        try await connection.execute(migration())
        connection.close()
        let result = try await body(vault)
        let cleaner = try await PostgresConnection.connect(PostgresSettings(url: cluster.url()), on: loop)
        _ = try await cleaner.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [.text(name)])
        cleaner.close()
        return result
    }
}

/// Runs `body` on a loop of its own, and fails when it takes too long.
func onLoop<T: Sendable>(
    seconds: Int = 60, _ body: @escaping @Sendable (EventLoop) async throws -> T
) async throws -> T {
    let loop = try EventLoop(name: "test")
    let task = Task(executorPreference: loop) { try await body(loop) }
    let timer = Task {
        try await Task.sleep(for: .seconds(seconds))
        Issue.record("still running after \(seconds) s")
        abort()
    }
    let result = await task.result
    timer.cancel()
    loop.shutdown()
    return try result.get()
}

/// The text of the vault's migration.
func migration() throws -> String {
    let path = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../migrations/0001_vault.sql").standardized
    return try String(contentsOf: path, encoding: .utf8)
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

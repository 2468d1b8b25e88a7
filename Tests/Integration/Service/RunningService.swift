import Bytes
import Crypto
import EventLoop
import JSON
import Logging
import Postgres
import Telemetry
import TestSupport
import Testing
import Vault

@testable import Service

/// A whole replica in the tests' own process, on real sockets and a real database.
struct RunningService: Sendable {
    /// The texts of the tokens.
    struct Tokens: Sendable {
        /// May call.
        var shop = ""
        /// May call too.
        var crm = ""
        /// May read the trail.
        var auditor = ""
    }

    let port: Int
    let tokens: Tokens
    let database: TestDatabase
    let workers: WorkerGroup

    /// Sends one request on a connection of its own.
    func request(
        _ method: String, _ path: String, token: String? = nil, _ fields: [(String, String)] = [], body: String? = nil
    ) async throws -> HTTPAnswer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
        let (text, port) = (head + "\r\n" + (body ?? ""), port)
        return try await onThread {
            let client = try RawClient(port: port)
            try client.send(text)
            return try client.answer(toHead: method == "HEAD")
        }
    }
}

/// The settings of a replica on a database.
func testSettings(_ database: TestDatabase, gateway: String, key: [UInt8], workers: Int = 2) throws -> Settings {
    try Settings.read(environment: [
        "DATABASE_URL": database.url, "TOPRELAY_MASTER_KEY": Base64.encode(key), "TOPRELAY_LISTEN": "127.0.0.1:0",
        "TOPRELAY_GATEWAY_URL": gateway, "TOPRELAY_WORKERS": "\(workers)", "TOPRELAY_CALL_TIMEOUT": "20",
    ])
}

/// Runs `body` with a replica whose calls go to `gateway`, and drains it.
func withService(
    gateway: String, stallLimit: Duration = .seconds(10),
    _ body: @escaping @Sendable (RunningService) async throws -> Void
) async throws {
    let key = SecureRandom.bytes(32)
    let (database, tokens) = try await onLoop { loop in
        let database = try await TestDatabase.make(on: loop)
        return (database, try await fillVault(database, key: key, on: loop))
    }
    let (ports, announce) = AsyncStream<Int>.makeStream()
    let service = try await RelayService(
        settings: try testSettings(database, gateway: gateway, key: key), catalog: try CatalogHolder(folder: nil),
        registry: PrometheusRegistry(catalog: RelayMetrics.catalog),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), stallLimit: stallLimit,
        onReady: { announce.yield($0) })
    let running = Task { try await service.run() }
    let ended = Task {
        _ = await running.result
        announce.finish()
    }
    var result = Result<Void, any Error>.success(())
    if let port = await ports.first(where: { _ in true }) {
        let replica = RunningService(port: port, tokens: tokens, database: database, workers: service.workers)
        result = await Result { try await limited(seconds: 180) { try await body(replica) } }
    } else {
        Issue.record("the service ended before it was ready")
    }
    running.cancel()
    await ended.value
    try await running.value
    try result.get()
}

/// Puts an app, its session and three tokens into the vault.
func fillVault(_ database: TestDatabase, key: [UInt8], on loop: EventLoop) async throws -> RunningService.Tokens {
    let connection = try await database.connect(loop)
    defer { connection.close() }
    let store = VaultStore(connection: connection, key: try KeyRing(bytes: key))
    try await store.ensureKeys()
    try await store.putApp(AppInput(name: "main", appKey: "4272", secret: Secret("app-secret-0123456789")))
    try await store.putSession(SessionInput(app: "main", seller: "east", key: Secret("session-key-0123456789")))
    return RunningService.Tokens(
        shop: try await store.createToken(TokenInput(name: "shop", scopes: [.relay])).text,
        crm: try await store.createToken(TokenInput(name: "crm", scopes: [.relay])).text,
        auditor: try await store.createToken(TokenInput(name: "auditor", scopes: [.auditRead])).text)
}

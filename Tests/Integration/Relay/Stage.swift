import Audit
import Catalog
import Crypto
import Curl
import EventLoop
import Glibc
import JSON
import Locks
import Logging
import Postgres
import Problems
import RelayTestSupport
import TOP
import TestSupport
import Testing
import Time
import Vault

@testable import Relay

/// A worker on a loop of its own, with a real database and a gateway on loopback.
struct Stage: Sendable {
    let loop: EventLoop
    let worker: Worker
    let database: TestDatabase
    let token: AccessToken
    /// What the wall clock says, in milliseconds since 1970; nil: the time.
    let clock: Locked<Int64?>
    /// What the clock was asked by: false for a thread other than the worker's.
    let askedOnLoop: Locked<[Bool]>
    /// The bans that were to be told to other workers.
    let toldBans: Locked<[VaultBan]>

    /// Makes one call as the worker's own loop would, and waits for its reply.
    func call(
        _ method: String, _ body: String? = nil, _ change: (inout CallRequest) -> Void = { _ in }
    ) async throws -> Reply {
        try await start(method, body, change).value
    }

    /// Starts a call.
    func start(
        _ method: String, _ body: String? = nil, _ change: (inout CallRequest) -> Void = { _ in }
    ) throws -> Task<Reply, Never> {
        let entry = try Methods.entry(method)
        var request = CallRequest(
            entry: entry, body: body.map { Array($0.utf8) } ?? entry.exampleRequest(), app: nil, seller: nil, refs: [],
            idempotencyKey: nil, clientRequestID: nil, traceID: nil, isDryRun: false, receivedAt: EventLoop.now())
        change(&request)
        let (worker, token, call) = (worker, token, request)
        return Task(executorPreference: loop) { await worker.call(call, by: token) }
    }

    /// The single number that a query gives; -1 for NULL.
    func number(_ sql: String) async throws -> Int {
        let database = database
        return try await onLoop { loop in Int(try await database.rows(sql, [], loop)[0][0].integer ?? -1) }
    }

    /// The texts of a query's rows.
    func texts(_ sql: String) async throws -> [[String?]] {
        let database = database
        return try await onLoop { loop in
            let rows = try await database.rows(sql, [], loop)
            return rows.map { row in (0..<rows.columns.count).map { row[$0].text } }
        }
    }
}

/// Runs `body` with a worker whose calls go to `gateway`.
/// - Parameters:
///   - trail: where the trail is written; nil: to the stage's own database.
///   - isTrailReachable: whether that is a database.
///   - change: changes the worker's settings.
func withStage(
    gateway: String, trail: PostgresSettings? = nil, isTrailReachable: Bool = true, database: TestDatabase? = nil,
    isFresh: Bool = true, outcomeRows: Int = 1000,
    _ change: (inout WorkerSettings) -> Void = { _ in }, _ body: @escaping @Sendable (Stage) async throws -> Void
) async throws {
    let database = try await database != nil ? database! : onLoop { try await TestDatabase.make(on: $0) }
    let loop = try EventLoop(name: "worker")
    let clock = Locked<Int64?>(nil)
    let askedOnLoop = Locked<[Bool]>([])
    let toldBans = Locked<[VaultBan]>([])
    var settings = WorkerSettings(replica: "test:1", gatewayURL: gateway)
    settings.callTimeout = .seconds(20)
    settings.wallClock = {
        askedOnLoop.withLock { $0.append(loop.isOnLoop) }
        return clock.withLock { $0 } ?? WallClock.milliseconds()
    }
    change(&settings)
    let freshness = VaultFreshness()
    if isFresh { freshness.confirm(at: EventLoop.now()) }
    let (made, place) = (settings, trail ?? database.settings)
    let worker = try await Task(executorPreference: loop) {
        Worker(
            loop: loop, settings: made,
            parts: WorkerParts(
                curl: try CurlClient(loop: loop, settings: CurlClient.Settings()),
                trail: TrailWriter(
                    loop: loop, settings: place,
                    limits: TrailWriter.Limits(outcomeRows: outcomeRows, outcomeBytes: 16 << 20),
                    metrics: TrailMetrics(),
                    onEvent: { _, _ in }),
                reader: TrailReader(pool: PostgresPool(loop: loop, settings: database.settings)),
                replySeals: try ReplySeals(KeyRing(bytes: [UInt8](repeating: 7, count: 32)))),
            freshness: freshness, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            onBan: { ban in toldBans.withLock { $0.append(ban) } })
    }.value
    await worker.install(Snapshot.standard)
    // An intent waits for a connection for a second; a busy machine may need longer for the first one.
    if isTrailReachable { try await eventually { await worker.isTrailConnected } }
    let stage = Stage(
        loop: loop, worker: worker, database: database, token: Snapshot.token, clock: clock,
        askedOnLoop: askedOnLoop, toldBans: toldBans)
    let result = await Result { try await limited(seconds: 180) { try await body(stage) } }
    await worker.close()
    #expect(loop.shutdown())
    try result.get()
}

extension Worker {
    fileprivate var isTrailConnected: Bool { pipeline.value.trail.isConnected }

    /// Makes a call and waits for its reply.
    func call(_ request: CallRequest, by token: AccessToken) async -> Reply {
        await withCheckedContinuation { continuation in
            pipeline.value.start(request, by: token) { continuation.resume(returning: $0) }
        }
    }
}

/// A gate that a test opens; a server's thread waits before it, for 20 s at most.
final class Gate: Sendable {
    private let isOpen = Locked(false)

    func open() { isOpen.withLock { $0 = true } }

    func wait() {
        for _ in 0..<4000 where !isOpen.withLock({ $0 }) { Gate.pause() }
    }

    private static func pause() { usleep(5000) }
}

extension ScriptedServer {
    /// A server that takes every request, and answers it when the gate is open.
    static func holding(_ gate: Gate, _ body: String) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while connection.readRequest() != nil {
                gate.wait()
                connection.write(answer(body))
            }
        }
    }
}

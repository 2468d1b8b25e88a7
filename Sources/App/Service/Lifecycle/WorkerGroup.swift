import Audit
import Crypto
import Curl
import EventLoop
import Logging
import Postgres
import Relay
import Synchronization
import TOP
import Vault

/// The workers of one replica, each on a loop of its own.
final class WorkerGroup: Sendable {
    /// The workers, at least one.
    let all: [Worker]
    /// What their trail writers have queued, for the metrics.
    let trailFigures: [TrailFigures]
    /// Outcome rows that may wait in all of them together.
    let outcomeRowsLimit: Int

    /// Makes the workers; their parts are made on their own loops, where they live.
    init(settings: Settings, freshness: VaultFreshness, logger: Logger) async throws {
        let peers = Peers()
        let workerSettings = settings.worker(sharing: CallLimit(settings.maximumCallsInFlight))
        var workers: [Worker] = []
        var figures: [TrailFigures] = []
        for number in 0..<settings.workers {
            let loop = try EventLoop(name: "worker-\(number)")
            let trailFigures = TrailFigures()
            let making = Task(executorPreference: loop) {
                Worker(
                    loop: loop, settings: workerSettings,
                    parts: try Self.parts(loop: loop, settings: settings, figures: trailFigures, logger: logger),
                    freshness: freshness,
                    logger: logger, onBan: { ban, app, method in peers.tell(ban, app: app, method: method) })
            }
            workers.append(try await making.value)
            figures.append(trailFigures)
        }
        all = workers
        trailFigures = figures
        outcomeRowsLimit = settings.outcomeQueueRows
        peers.set(workers)
    }

    private static func parts(loop: EventLoop, settings: Settings, figures: TrailFigures, logger: Logger) throws
        -> WorkerParts
    {
        let events = TrailEvents(logger: logger)
        let limits = TrailWriter.Limits(
            outcomeRows: settings.outcomeQueueRows / settings.workers,
            outcomeBytes: settings.outcomeQueueBytes / settings.workers)
        var client = CurlClient.Settings()
        client.maximumIdleConnections = settings.maximumIdleTOPConnections
        return WorkerParts(
            curl: try CurlClient(loop: loop, settings: client),
            trail: TrailWriter(
                loop: loop, settings: settings.database, limits: limits, figures: figures,
                sealer: settings.retention.sealedDays > 0 ? try settings.masterKey.sealer() : nil, onEvent: events.note),
            reader: TrailReader(pool: PostgresPool(loop: loop, settings: settings.database, size: 2)),
            replySeals: try ReplySeals(settings.masterKey))
    }

    /// Puts a new copy of the vault in force in every worker.
    func install(_ snapshot: VaultSnapshot) {
        for worker in all { worker.loop.execute { worker.assumeIsolated { $0.install(snapshot) } } }
    }

    /// From now on new calls are refused.
    func drain() async {
        for worker in all { await worker.drain() }
    }

    /// Calls under way in all workers.
    func inFlight() async -> Int {
        var count = 0
        for worker in all { count += await worker.inFlight }
        return count
    }

    /// Ends the calls under way: what was sent becomes unknown, and everybody is answered.
    func cutOff() async {
        for worker in all { await worker.cutOff() }
    }

    /// Waits for the queued outcome rows.
    /// - Returns: how many could not be written.
    func flush(within limit: Duration) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for worker in all { group.addTask { await worker.flush(within: limit) } }
            return await group.reduce(0, +)
        }
    }

    /// Ends every worker and its loop.
    func close() async {
        for worker in all {
            await worker.close()
            worker.loop.shutdown()
        }
    }
}

/// Tells every worker of a ban that one of them met.
private final class Peers: Sendable {
    private let workers = OnceSet<[Worker]>()

    func set(_ all: [Worker]) { workers.set(all) }

    func tell(_ ban: Ban, app: String, method: String) {
        for worker in workers.value ?? [] {
            worker.loop.execute { worker.assumeIsolated { $0.note(ban, app: app, method: method) } }
        }
    }
}

import Audit
import Crypto
import Curl
import EventLoop
import Logging
import Postgres
import Relay
import Synchronization
import Vault

/// The workers of one replica. Each has its own loop.
final class WorkerGroup: Sendable {
    /// The workers, at least one.
    let all: [Worker]
    /// The counters of their trail writers, for the metrics.
    let trailMetrics: [TrailMetrics]
    /// How many outcome rows may wait in all workers together.
    let outcomeRowsLimit: Int

    /// The uses of tokens that are to be written.
    let tokenUses = TokenUses()

    /// Makes the workers. Their parts are made on their own loops.
    /// - Parameters:
    ///   - renew: gets another key for a session whose key TOP refused.
    ///   - onBan: called for each ban that TOP puts on an app, or on a method of an app.
    init(
        settings: Settings, freshness: VaultFreshness, logger: Logger, renew: @escaping SessionKeyRenewal,
        onBan: @escaping @Sendable (VaultBan) -> Void = { _ in }
    ) async throws {
        let peers = Peers()
        var workerSettings = settings.worker(sharing: CallLimit(settings.maximumCallsInFlight))
        workerSettings.tokenUses = tokenUses
        var workers: [Worker] = []
        var metrics: [TrailMetrics] = []
        for number in 0..<settings.workers {
            let loop = try EventLoop(name: "worker-\(number)")
            let trailMetrics = TrailMetrics()
            let making = Task(executorPreference: loop) {
                Worker(
                    loop: loop, settings: workerSettings,
                    parts: try Self.parts(loop: loop, settings: settings, metrics: trailMetrics, logger: logger),
                    freshness: freshness,
                    logger: logger, renew: renew,
                    onBan: { ban in
                        peers.tell(.banned(ban))
                        onBan(ban)
                    })
            }
            workers.append(try await making.value)
            metrics.append(trailMetrics)
        }
        all = workers
        trailMetrics = metrics
        outcomeRowsLimit = settings.outcomeQueueRows
        peers.set(workers)
    }

    private static func parts(loop: EventLoop, settings: Settings, metrics: TrailMetrics, logger: Logger) throws
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
                loop: loop, settings: settings.database, limits: limits, metrics: metrics,
                sealer: settings.retention.sealedDays > 0 ? try settings.masterKey.sealer() : nil, onEvent: events.note),
            reader: TrailReader(pool: PostgresPool(loop: loop, settings: settings.database, size: 2)),
            replySeals: try ReplySeals(settings.masterKey))
    }

    /// Installs a new copy of the vault in every worker.
    func install(_ snapshot: VaultSnapshot) {
        for worker in all { worker.loop.execute { worker.assumeIsolated { $0.install(snapshot) } } }
    }

    /// Tells every worker what another replica tells of bans.
    func note(_ notice: BanNotice) {
        for worker in all { worker.loop.execute { worker.assumeIsolated { $0.note(notice) } } }
    }

    /// Makes every worker refuse new calls.
    func drain() async {
        for worker in all { await worker.drain() }
    }

    /// The number of calls in progress in all workers.
    func inFlight() async -> Int {
        var count = 0
        for worker in all { count += await worker.inFlight }
        return count
    }

    /// Ends the calls in progress. Calls that were sent become unknown, and all callers get a response.
    func cutOff() async {
        for worker in all { await worker.cutOff() }
    }

    /// Waits until the queued outcome rows are written.
    /// - Returns: the number of rows that could not be written.
    func flush(within limit: Duration) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for worker in all { group.addTask { await worker.flush(within: limit) } }
            return await group.reduce(0, +)
        }
    }

    /// Closes every worker and its loop.
    func close() async {
        for worker in all {
            await worker.close()
            worker.loop.shutdown()
        }
    }
}

/// Reports a ban that one worker noticed to all workers.
private final class Peers: Sendable {
    private let workers = OnceSet<[Worker]>()

    func set(_ all: [Worker]) { workers.set(all) }

    func tell(_ notice: BanNotice) {
        for worker in workers.value ?? [] {
            worker.loop.execute { worker.assumeIsolated { $0.note(notice) } }
        }
    }
}

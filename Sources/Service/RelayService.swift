import AuditAPI
import EventLoop
import HTTPServer
public import Logging
import Relay
public import ServiceLifecycle
public import Telemetry
import Vault

/// The whole service of one replica: HTTP server, workers, vault watcher and maintenance, and how they end.
public final class RelayService: Service {
    private let settings: Settings
    private let logger: Logger
    private let housekeeping: EventLoop
    let workers: WorkerGroup
    private let liveness: Liveness
    private let watcher: VaultWatcher
    private let trailMaintenance: TrailMaintenance
    private let rollupMaintenance: RollupMaintenance
    private let catalogWatcher: CatalogWatcher
    private let readiness: Readiness
    private let server: HTTPServer
    private let onReady: @Sendable (Int) -> Void

    /// How long a replica behind a proxy refuses at least before it stops listening: the proxy leaves it out by then, so that
    /// no request is on its way into a connection that is just being closed.
    private static let refuseTime: Duration = .milliseconds(500)
    /// What calls that are cut off have to be answered and recorded: the wait for their rows, and a little more.
    private static let cutOffTime: Duration = .milliseconds(1500)

    /// Makes the parts; nothing is connected yet.
    /// - Parameters:
    ///   - catalog: the methods; it follows its folder while the service runs.
    ///   - registry: where the process's meters are, for `GET /metrics`.
    ///   - onReady: called once with the port, when the replica takes calls.
    /// - Throws: a loop that cannot be made, or a libcurl that would block.
    public convenience init(
        settings: Settings, catalog: CatalogHolder, registry: PrometheusRegistry, logger: Logger,
        onReady: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        try await self.init(
            settings: settings, catalog: catalog, registry: registry, logger: logger,
            stallLimit: LoopWatchdog.defaultLimit, onReady: onReady)
    }

    /// - Parameter stallLimit: how long a loop may give no sign of life before `/livez` fails.
    init(
        settings: Settings, catalog: CatalogHolder, registry: PrometheusRegistry, logger: Logger, stallLimit: Duration,
        onReady: @escaping @Sendable (Int) -> Void
    ) async throws {
        let freshness = VaultFreshness()
        let readiness = Readiness(freshness: freshness, catalog: catalog)
        let workers = try await WorkerGroup(settings: settings, freshness: freshness, logger: logger)
        let housekeeping = try EventLoop(name: "housekeeping")
        liveness = Liveness(workers.all.map(\.loop) + [housekeeping], limit: stallLimit, logger: logger)
        readiness.attach(writers: workers.trailFigures, liveness: liveness)
        let events = VaultEvents(readiness: readiness, logger: logger)
        watcher = VaultWatcher(
            settings: settings.database, key: settings.masterKey, loop: housekeeping, freshness: freshness,
            wallClock: WallClock.milliseconds, onEvent: events.note,
            onSnapshot: { snapshot in
                workers.install(snapshot)
                readiness.markLoaded()
            })
        trailMaintenance = TrailMaintenance(
            settings: settings.database, retention: settings.retention, loop: housekeeping, readiness: readiness,
            logger: logger)
        rollupMaintenance = RollupMaintenance(settings: settings.database, loop: housekeeping, logger: logger)
        catalogWatcher = CatalogWatcher(holder: catalog, logger: logger)
        let exporter = AuditExporter(
            settings: settings.database, loop: housekeeping, logger: logger, isDraining: { readiness.isDraining },
            now: WallClock.milliseconds)
        let responder = RelayResponder(
            catalog: catalog, workers: workers.all,
            state: ReplicaState(readiness: readiness, registry: registry), exporter: exporter,
            masterKey: settings.masterKey, logger: logger)
        let configuration = settings.makeServer()
        server = HTTPServer(
            configuration: configuration, loops: workers.all.map(\.loop), responder: responder, logger: logger)
        RelayMetrics.observe(
            registry, workers: workers, readiness: readiness, server: server.statistics,
            configuration: configuration, catalog: catalog)
        self.settings = settings
        self.logger = logger
        self.onReady = onReady
        self.readiness = readiness
        self.workers = workers
        self.housekeeping = housekeeping
    }

    /// Serves until the surrounding service group shuts down gracefully, then drains.
    /// - Throws: an address that cannot be had; a wrong master key or missing migrations; `RowsLost` when rows could not be flushed.
    public func run() async throws {
        if settings.shutdownTimeout < settings.callTimeout {
            logger.record(
                .warning, "TOPRELAY_SHUTDOWN_TIMEOUT is less than the call timeout: a stop may cut calls off",
                [.limit: "\(settings.shutdownTimeout)", .setting: SettingDefinitions.shutdownTimeout.name])
        }
        try liveness.start()
        defer { liveness.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.watcher.run() }
            group.addTask { try await self.trailMaintenance.run() }
            group.addTask { await self.rollupMaintenance.run() }
            group.addTask { try await self.catalogWatcher.run() }
            group.addTask { try await self.listen() }
            group.addTask {
                try? await gracefulShutdown()
                throw CancellationError()
            }
            do {
                // The watcher ends early only with a fault that no retry mends; the signal ends it with CancellationError.
                while try await group.next() != nil {}
            } catch is CancellationError {
            } catch {
                group.cancelAll()
                await server.close()
                liveness.stop()
                await workers.close()
                throw error
            }
            try await self.drain()
            group.cancelAll()
        }
        housekeeping.shutdown()
    }

    /// Listens once a call would be taken, so that nobody meets a replica that is only about to have its copy of the vault;
    /// while PostgreSQL is away all the same, after two seconds, to say so. Tells of the port once a call would be taken.
    private func listen() async throws {
        let end = ContinuousClock.now + .seconds(2)
        while !readiness.isReady, ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
        guard !readiness.isDraining else { return }
        try await server.start()
        while !readiness.isReady {
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
        }
        onReady(server.port ?? 0)
    }

    /// SIGTERM: not ready, then refusing, then empty, then flushed.
    private func drain() async throws {
        readiness.drain()
        server.announceClose()
        logger.record(
            .info, "The replica drains", [.durationMilliseconds: "\(settings.drainDelay.components.seconds * 1000)"])
        try? await sleepUncancelled(settings.drainDelay)
        await workers.drain()
        let end = ContinuousClock.now + settings.shutdownTimeout
        let refuseUntil = min(end, .now + (settings.drainDelay > .zero ? Self.refuseTime : .zero))
        let isEmpty = await waitForCalls(until: end)
        try? await sleepUncancelled(max(.zero, refuseUntil - .now))
        let last = isEmpty ? max(end, .now + .seconds(1)) : end + Self.cutOffTime
        if !isEmpty { await cutOff(until: last) }
        await server.shutDown(within: min(.seconds(5), max(.milliseconds(250), end - .now)))
        let unwritten = await workers.flush(within: max(.milliseconds(250), last - .now))
        let lost = unwritten + (await workers.inFlight())
        liveness.stop()
        await workers.close()
        guard lost == 0 else {
            logger.record(.critical, "Outcome rows could not be written", [.count: "\(lost)"])
            throw RowsLost(count: lost)
        }
        logger.record(.info, "The replica has stopped, and every row is written")
    }

    /// The time is over: calls under way end as unknown, with an answer and a row.
    private func cutOff(until last: ContinuousClock.Instant) async {
        let count = await workers.inFlight()
        logger.record(.warning, "Calls are cut off: TOPRELAY_SHUTDOWN_TIMEOUT is over", [.count: "\(count)"])
        await workers.cutOff()
        _ = await waitForCalls(until: last)
    }

    /// - Returns: whether no call is under way any more.
    private func waitForCalls(until end: ContinuousClock.Instant) async -> Bool {
        while await workers.inFlight() > 0 {
            guard ContinuousClock.now < end else { return false }
            try? await sleepUncancelled(.milliseconds(10))
        }
        return true
    }

    /// Sleeps although the task may have been cancelled by the shutdown that it serves.
    private func sleepUncancelled(_ duration: Duration) async throws {
        try await Task.detached { try await Task.sleep(for: duration) }.value
    }
}

/// Outcome rows that were queued could not be written before the process had to end; their calls will stand as `unknown`.
public struct RowsLost: Error, Sendable, CustomStringConvertible {
    /// How many.
    public let count: Int

    /// For the operator.
    public var description: String {
        "\(count) outcome row(s) could not be written; their calls will be closed as unknown"
    }
}

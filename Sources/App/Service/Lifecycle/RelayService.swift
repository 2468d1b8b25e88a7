import AdminAPI
import AuditAPI
import Credentials
import EventLoop
import HTTPServer
package import Logging
import Relay
import ServiceLifecycle
package import Telemetry
import Time
import Vault

/// The service of one replica: HTTP server, workers, vault watcher and maintenance, and their shutdown.
package final class RelayService: Service {
    private let settings: Settings
    private let logger: Logger
    private let housekeeping: EventLoop
    let workers: WorkerGroup
    private let liveness: Liveness
    private let watcher: VaultWatcher
    private let authority: SessionAuthority
    private let trailMaintenance: TrailMaintenance
    private let rollupMaintenance: RollupMaintenance
    private let catalogWatcher: CatalogWatcher
    private let vault: LoopBound<VaultPool>
    private let recorder: VaultRecorder
    private let readiness: Readiness
    private let server: HTTPServer
    private let onReady: @Sendable (Int) -> Void

    /// How long a replica behind a proxy refuses requests before it stops listening. In this time the proxy stops using
    /// the replica, so that no request arrives on a connection that is being closed.
    private static let refuseTime: Duration = .milliseconds(500)
    /// The time for calls that are cut off to respond and to be recorded.
    private static let cutOffTime: Duration = .milliseconds(1500)

    /// Makes the parts. Nothing is connected yet.
    /// - Parameters:
    /// - catalog: the methods. The catalog follows its folder while the service runs.
    /// - registry: the metrics of the process, for `GET /metrics`.
    /// - onReady: called once with the port, when the replica accepts calls.
    /// - Throws: an error if a loop cannot be made or libcurl is not suitable.
    package convenience init(
        settings: Settings, catalog: CatalogHolder, registry: PrometheusRegistry, logger: Logger,
        onReady: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        try await self.init(
            settings: settings, catalog: catalog, registry: registry, logger: logger,
            stallLimit: LoopWatchdog.defaultLimit, onReady: onReady)
    }

    /// - Parameter stallLimit: how long a loop may be unresponsive before `/livez` fails.
    init(
        settings: Settings, catalog: CatalogHolder, registry: PrometheusRegistry, logger: Logger, stallLimit: Duration,
        onReady: @escaping @Sendable (Int) -> Void
    ) async throws {
        let freshness = VaultFreshness()
        let readiness = Readiness(freshness: freshness, catalog: catalog)
        let housekeeping = try EventLoop(name: "housekeeping")
        let authority = try SessionAuthority(
            settings: settings.makeSessionAuthority(), loop: housekeeping, logger: logger)
        let bans = OnceSet<VaultRecorder>()
        let workers = try await WorkerGroup(
            settings: settings, freshness: freshness, logger: logger,
            renew: { session in await authority.renewed(session) }, onBan: { ban in bans.value?.record(ban) })
        let vault = LoopBound(
            VaultPool(settings: settings.database, key: settings.masterKey, loop: housekeeping), loop: housekeeping)
        let recorder = VaultRecorder(
            vault: vault, uses: workers.tokenUses, replica: Settings.replica, logger: logger)
        bans.set(recorder)
        liveness = Liveness(workers.all.map(\.loop) + [housekeeping], limit: stallLimit, logger: logger)
        readiness.attach(writers: workers.trailMetrics, liveness: liveness)
        let sessionMetrics = SessionMetrics(wallClock: WallClock.milliseconds)
        let events = VaultEvents(readiness: readiness, logger: logger)
        watcher = VaultWatcher(
            settings: settings.database, key: settings.masterKey, loop: housekeeping, freshness: freshness,
            wallClock: WallClock.milliseconds, onEvent: events.note,
            onBans: { notice in Self.tell(workers, recorder, of: notice) },
            onSnapshot: { snapshot in
                workers.install(snapshot)
                authority.install(snapshot)
                sessionMetrics.install(snapshot)
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
            authority: authority,
            admin: AdminHandlers(
                vault: vault, logger: logger, catalogState: { catalog.state }, now: WallClock.milliseconds),
            masterKey: settings.masterKey, logger: logger)
        let configuration = settings.makeServer()
        server = HTTPServer(
            configuration: configuration, loops: workers.all.map(\.loop), responder: responder, logger: logger)
        RelayMetrics.observe(
            registry, workers: workers, readiness: readiness, server: server.metrics,
            configuration: configuration, catalog: catalog)
        sessionMetrics.observe(registry)
        self.authority = authority
        self.settings = settings
        self.logger = logger
        self.onReady = onReady
        self.readiness = readiness
        self.workers = workers
        self.housekeeping = housekeeping
        self.vault = vault
        self.recorder = recorder
    }

    /// Puts bans in force that other replicas have met. It runs on the watcher's loop, which is the recorder's.
    private static func tell(_ workers: WorkerGroup, _ recorder: VaultRecorder, of notice: BanNotice) {
        workers.note(notice)
        recorder.assumeIsolated { recorder in
            recorder.note(notice)
            guard case .all = notice else { return }
            for ban in recorder.unwrittenBans { workers.note(.banned(ban)) }
        }
    }

    /// Serves until the service group shuts down gracefully, then drains.
    /// - Throws: an error if the address is not available, the master key is wrong or migrations are missing, and
    ///   `RowsLostError` if rows could not be flushed.
    package func run() async throws {
        if settings.shutdownTimeout < settings.callTimeout {
            logger.record(
                .warning, "TOPRELAY_SHUTDOWN_TIMEOUT is less than the call timeout, so a stop may cut off calls",
                [.limit: "\(settings.shutdownTimeout)", .setting: SettingDefinitions.shutdownTimeout.name])
        }
        try liveness.start()
        defer { liveness.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.watcher.run() }
            group.addTask { try await self.trailMaintenance.run() }
            group.addTask { await self.rollupMaintenance.run() }
            group.addTask { await self.authority.run() }
            group.addTask { await self.recorder.run() }
            group.addTask { try await self.catalogWatcher.run() }
            group.addTask { try await self.listen() }
            group.addTask {
                try? await gracefulShutdown()
                throw CancellationError()
            }
            do {
                // The watcher ends early only after a non-retryable error. The signal ends it with CancellationError.
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
        let vault = vault
        await housekeeping.run { vault.value.close() }
        housekeeping.shutdown()
    }

    /// Starts to listen when the replica is ready. After two seconds it listens anyway, so that probes get a 503
    /// instead of a refused connection. Then it waits until the replica is ready and calls `onReady`.
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

    /// Handles SIGTERM in steps: not ready, refusing calls, without calls, all rows flushed.
    private func drain() async throws {
        readiness.drain()
        server.announceClose()
        logger.record(
            .info, "Draining", [.durationMilliseconds: "\(settings.drainDelay.components.seconds * 1000)"])
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
            logger.record(.critical, "Could not write outcome rows", [.count: "\(lost)"])
            throw RowsLostError(count: lost)
        }
        logger.record(.info, "Stopped; all rows are written")
    }

    /// Ends the calls in progress as unknown, each with a response and a row, because the time is over.
    private func cutOff(until last: ContinuousClock.Instant) async {
        let count = await workers.inFlight()
        logger.record(.warning, "Cutting off calls because TOPRELAY_SHUTDOWN_TIMEOUT has passed", [.count: "\(count)"])
        await workers.cutOff()
        _ = await waitForCalls(until: last)
    }

    /// - Returns: whether no call is in progress.
    private func waitForCalls(until end: ContinuousClock.Instant) async -> Bool {
        while await workers.inFlight() > 0 {
            guard ContinuousClock.now < end else { return false }
            try? await sleepUncancelled(.milliseconds(10))
        }
        return true
    }

    /// Sleeps even if the shutdown has cancelled the task.
    private func sleepUncancelled(_ duration: Duration) async throws {
        try await Task.detached { try await Task.sleep(for: duration) }.value
    }
}

/// Queued outcome rows could not be written before the process had to end. Their calls will become `unknown`.
package struct RowsLostError: Error, Sendable, CustomStringConvertible {
    /// The number of rows.
    package let count: Int

    /// The text for the operator.
    package var description: String {
        "\(count) outcome row(s) could not be written; their calls will be closed as unknown"
    }
}

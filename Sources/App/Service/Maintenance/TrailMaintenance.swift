import Audit
import EventLoop
import Logging
import Metrics
import Postgres
import Telemetry

/// Maintains the trail in the background. It closes the intents of lost replicas, creates partitions in advance and
/// drops expired ones.
///
/// Every replica runs one. The holder of an advisory lock in PostgreSQL is the leader and does the work. The others
/// only check the partitions.
actor TrailMaintenance {
    /// The interval between reconciliations.
    static let reconcileEvery: Duration = .seconds(5)
    /// The interval between checks of the partitions.
    static let partitionsEvery: Duration = .seconds(600)
    /// The leader's advisory lock. No other lock has this number.
    private static let leaderLock: Int64 = 0x6361_7265_7461_6b65

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    private nonisolated let loop: EventLoop
    private let settings: PostgresSettings
    private let readiness: Readiness
    private let logger: Logger
    private let closed = Counter(label: "toprelay_reconciled_calls_total")
    private let made = Counter(label: "toprelay_partitions_made_total")
    private let dropped = Counter(label: "toprelay_partitions_dropped_total")
    private let oldestCalls = Gauge(label: "toprelay_audit_oldest_seconds", dimensions: [("kind", "calls")])
    private let oldestBodies = Gauge(label: "toprelay_audit_oldest_seconds", dimensions: [("kind", "bodies")])
    private let oldestSealed = Gauge(label: "toprelay_audit_oldest_seconds", dimensions: [("kind", "sealed")])
    private let bytes = Gauge(label: "toprelay_audit_bytes")
    private let overdue = Gauge(label: "toprelay_retention_overdue_partitions")
    private let retention: Retention
    private var hasChecked = false
    private let leader = Gauge(label: "toprelay_trail_leader")
    private let rollupsBehind = Gauge(label: "toprelay_rollups_behind_seconds")
    private var isLeader = false { didSet { leader.record(isLeader ? 1 : 0) } }
    private var partitionsDueAt: UInt64 = 0
    private var reconciler = ReconciliationSchedule()

    init(settings: PostgresSettings, retention: Retention, loop: EventLoop, readiness: Readiness, logger: Logger) {
        self.settings = settings
        self.retention = retention
        self.loop = loop
        self.readiness = readiness
        self.logger = logger
    }

    /// Works until the task is cancelled, and reconnects after a loss.
    /// - Throws: at the first connection only, if the schema does not fit this release.
    func run() async throws(SchemaError) {
        while !Task.isCancelled {
            do {
                let connection = try await PostgresConnection.connect(settings, on: loop)
                defer { connection.close() }
                if !hasChecked { try await Schema.check(on: connection, logger: logger) }
                hasChecked = true
                try await work(on: connection)
            } catch let error as SchemaError {
                throw error
            } catch {
                isLeader = false
                guard !Task.isCancelled else { return }
                logger.record(.warning, "Audit maintenance failed, retrying", [.error: "\(error)"])
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func work(on connection: PostgresConnection) async throws {
        isLeader = false
        partitionsDueAt = 0
        reconciler = ReconciliationSchedule()
        while !Task.isCancelled {
            if !isLeader { try await tryToLead(on: connection) }
            rollupsBehind.record(try await TrailHealth.read(on: connection).rollupsBehindSeconds)
            if EventLoop.now() >= partitionsDueAt { try await checkPartitions(on: connection) }
            if isLeader { try await reconcile(on: connection) }
            try await Task.sleep(for: Self.reconcileEvery)
        }
    }

    private func tryToLead(on connection: PostgresConnection) async throws {
        isLeader = try await connection.tryLock(Self.leaderLock)
        if isLeader { logger.record(.info, "Became maintenance leader") }
    }

    private func checkPartitions(on connection: PostgresConnection) async throws {
        if isLeader {
            let count = try await Partitions.makeAhead(on: connection)
            made.increment(by: count)
            let result = try await retention.run(on: connection)
            dropped.increment(by: result.dropped)
            if result.overdue > 0 {
                logger.record(
                    .warning, "Could not drop expired partitions, a transaction reads them",
                    [.count: "\(result.overdue)"])
            }
        }
        let state = try await retention.state(on: connection)
        oldestCalls.record(state.oldestCallsSeconds)
        oldestBodies.record(state.oldestBodiesSeconds)
        oldestSealed.record(state.oldestSealedSeconds)
        bytes.record(state.bytes)
        overdue.record(state.overdue)
        readiness.setPartitionDays(try await Partitions.daysAhead(on: connection))
        let wait: Duration = isLeader ? Self.partitionsEvery : .seconds(60)
        partitionsDueAt = EventLoop.now() + UInt64(wait.components.seconds) * 1_000_000_000
    }

    private func reconcile(on connection: PostgresConnection) async throws {
        var turning = reconciler
        let count = try await turning.turn(on: connection)
        reconciler = turning
        _ = try await connection.query("SELECT audit.finish_erasures()", timeout: .seconds(30))
        guard count > 0 else { return }
        closed.increment(by: count)
        logger.record(.warning, "Closed calls without a result as unknown", [.count: "\(count)"])
    }
}

import Audit
import EventLoop
import Logging
import Metrics
import Postgres
import Telemetry

/// Looks after the trail in the background: closes the intents of replicas that are gone, and keeps partitions ahead, and drops old ones.
///
/// Every replica runs one; the holder of an advisory lock in PostgreSQL does the work, the others only look at the partitions.
actor Caretaker {
    /// How often intents are reconciled.
    static let reconcileEvery: Duration = .seconds(5)
    /// How often partitions are looked at and made.
    static let partitionsEvery: Duration = .seconds(600)
    /// The advisory lock of the leader: a number of its own.
    private static let lease: Int64 = 0x6361_7265_7461_6b65

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
    private let gauges = TrailGauges()
    private var isLeader = false { didSet { gauges.record(isLeader: isLeader) } }
    private var partitionsDueAt: UInt64 = 0
    private var reconciler = Reconciler()

    init(settings: PostgresSettings, retention: Retention, loop: EventLoop, readiness: Readiness, logger: Logger) {
        self.settings = settings
        self.retention = retention
        self.loop = loop
        self.readiness = readiness
        self.logger = logger
    }

    /// Works until the task is cancelled; a lost connection is made again.
    /// - Throws: at the first connection only, when the schema is not this release's.
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
                logger.record(.warning, "The audit trail is not looked after", [.error: "\(error)"])
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func work(on connection: PostgresConnection) async throws {
        isLeader = false
        partitionsDueAt = 0
        reconciler = Reconciler()
        while !Task.isCancelled {
            if !isLeader { isLeader = try await takeLease(on: connection) }
            try await gauges.record(on: connection)
            if EventLoop.now() >= partitionsDueAt { try await lookAtPartitions(on: connection) }
            if isLeader { try await reconcile(on: connection) }
            try await Task.sleep(for: Self.reconcileEvery)
        }
    }

    private func takeLease(on connection: PostgresConnection) async throws -> Bool {
        let rows = try await connection.query(
            "SELECT pg_try_advisory_lock($1::bigint) AS held", [.integer(Self.lease)], timeout: .seconds(5))
        let isHeld = rows.first?["held"].bool == true
        if isHeld { logger.record(.info, "This replica looks after the audit trail") }
        return isHeld
    }

    private func lookAtPartitions(on connection: PostgresConnection) async throws {
        if isLeader {
            let count = try await Partitions.makeAhead(on: connection)
            made.increment(by: count)
            let result = try await retention.run(on: connection)
            dropped.increment(by: result.dropped)
            if result.overdue > 0 {
                logger.record(
                    .warning, "Old partitions could not be dropped: somebody reads them", [.count: "\(result.overdue)"])
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
        guard count > 0 else { return }
        closed.increment(by: count)
        logger.record(.warning, "Calls without a result were closed as unknown", [.count: "\(count)"])
    }
}

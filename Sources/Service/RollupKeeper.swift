import Audit
import EventLoop
import Logging
import Metrics
import Postgres
import Telemetry

/// Keeps the aggregates of the trail up to date in the background, on a connection of its own: counting a day of many calls takes long, and the
/// caretaker's duties must not wait for it.
///
/// Every replica runs one; the holder of an advisory lock in PostgreSQL does the work.
actor RollupKeeper {
    /// How often what is new is counted.
    static let countEvery: Duration = .seconds(5)
    /// How often the last quarter of an hour and the last day are looked at again, at most and at least; in between, each look takes a fiftieth of the time.
    private static let lookEvery: [Rollups.Look: ClosedRange<Duration>] = [
        .quarterHour: .zero ... .seconds(120), .day: .seconds(15) ... .seconds(600),
    ]
    /// Earlier days are recounted for so long before the newest minutes are due again.
    private static let recountFor: Duration = .seconds(3)
    /// The advisory lock of the one that counts: a number of its own.
    private static let lease: Int64 = 0x726f_6c6c_7570_7321

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    private nonisolated let loop: EventLoop
    private let settings: PostgresSettings
    private let logger: Logger
    private let uncountedDays = Gauge(label: "toprelay_rollup_days_uncounted")
    private var nextLook: [Rollups.Look: ContinuousClock.Instant] = [:]
    private var connection: PostgresConnection?

    init(settings: PostgresSettings, loop: EventLoop, logger: Logger) {
        self.settings = settings
        self.loop = loop
        self.logger = logger
    }

    /// Works until the task is cancelled; a lost connection is made again.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keep() }
            group.addTask { await self.endWithTask() }
        }
    }

    private func keep() async {
        while !Task.isCancelled {
            do {
                let made = try await PostgresConnection.connect(settings, on: loop)
                defer { made.close() }
                connection = made
                try await work(on: made)
            } catch {
                guard !Task.isCancelled else { return }
                logger.record(.warning, "The aggregates of the audit trail are not counted", [.error: "\(error)"])
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// A count may take minutes, and cancelling does not end a statement: the process would wait for it.
    private func endWithTask() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        connection?.close()
    }

    private func work(on connection: PostgresConnection) async throws {
        var isLeader = false
        while !Task.isCancelled {
            if !isLeader { isLeader = try await takeLease(on: connection) }
            if isLeader {
                try await count(on: connection)
                uncountedDays.record(try await Rollups.uncountedDays(on: connection))
            }
            try await Task.sleep(for: Self.countEvery)
        }
    }

    private func takeLease(on connection: PostgresConnection) async throws -> Bool {
        let rows = try await connection.query(
            "SELECT pg_try_advisory_lock($1::bigint) AS held", [.integer(Self.lease)], timeout: .seconds(5))
        return rows.first?["held"].bool == true
    }

    private func count(on connection: PostgresConnection) async throws {
        let started = ContinuousClock.now
        let look = [Rollups.Look.day, .quarterHour].first { nextLook[$0] ?? started <= started } ?? .none
        _ = try await Rollups.run(on: connection, look: look)
        if let every = Self.lookEvery[look] {
            let wait = (ContinuousClock.now - started) * 50
            nextLook[look] = .now + min(max(wait, every.lowerBound), every.upperBound)
        }
        let end = ContinuousClock.now + Self.recountFor
        while try await Rollups.recountDay(on: connection), ContinuousClock.now < end {}
    }
}

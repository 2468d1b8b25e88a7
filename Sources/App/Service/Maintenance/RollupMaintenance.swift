import Audit
import EventLoop
import Logging
import Metrics
import Postgres
import Telemetry

/// Keeps the trail's statistics up to date in the background. It has its own connection, because counting a busy day
/// takes long and `TrailMaintenance` must not wait for it.
///
/// Every replica runs one. The holder of an advisory lock in PostgreSQL does the work.
actor RollupMaintenance {
    /// The interval between counts of new calls.
    static let countEvery: Duration = .seconds(5)
    /// The shortest and longest interval between recounts of the last quarter of an hour and of the last day. Between
    /// these limits, the wait is fifty times as long as the recount.
    private static let recountEvery: [Rollups.RecountRange: ClosedRange<Duration>] = [
        .quarterHour: .zero ... .seconds(120), .day: .seconds(15) ... .seconds(600),
    ]
    /// The longest time for earlier days before the newest minutes are counted again.
    private static let recountLimit: Duration = .seconds(3)
    /// The advisory lock for counting. No other lock has this number.
    private static let countingLock: Int64 = 0x726f_6c6c_7570_7321

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    private nonisolated let loop: EventLoop
    private let settings: PostgresSettings
    private let logger: Logger
    private let uncountedDays = Gauge(label: "toprelay_rollup_days_uncounted")
    private var nextRecount: [Rollups.RecountRange: ContinuousClock.Instant] = [:]
    private var connection: PostgresConnection?

    init(settings: PostgresSettings, loop: EventLoop, logger: Logger) {
        self.settings = settings
        self.loop = loop
        self.logger = logger
    }

    /// Works until the task is cancelled, and reconnects after a loss.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.reconnectAndWork() }
            group.addTask { await self.endWithTask() }
        }
    }

    private func reconnectAndWork() async {
        while !Task.isCancelled {
            do {
                let made = try await PostgresConnection.connect(settings, on: loop)
                defer { made.close() }
                connection = made
                try await work(on: made)
            } catch {
                guard !Task.isCancelled else { return }
                logger.record(.warning, "Counting of statistics failed, retrying", [.error: "\(error)"])
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// Closes the connection on cancellation. A count may take minutes, cancellation does not end a statement, and the
    /// process would wait for it.
    private func endWithTask() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        connection?.close()
    }

    private func work(on connection: PostgresConnection) async throws {
        var isLeader = false
        while !Task.isCancelled {
            if !isLeader { isLeader = try await connection.tryLock(Self.countingLock) }
            if isLeader {
                try await count(on: connection)
                uncountedDays.record(try await Rollups.uncountedDays(on: connection))
            }
            try await Task.sleep(for: Self.countEvery)
        }
    }

    private func count(on connection: PostgresConnection) async throws {
        let started = ContinuousClock.now
        let range = [Rollups.RecountRange.day, .quarterHour].first { nextRecount[$0] ?? started <= started } ?? .none
        _ = try await Rollups.run(on: connection, recounting: range)
        if let every = Self.recountEvery[range] {
            let wait = (ContinuousClock.now - started) * 50
            nextRecount[range] = .now + min(max(wait, every.lowerBound), every.upperBound)
        }
        let end = ContinuousClock.now + Self.recountLimit
        while try await Rollups.recountDay(on: connection), ContinuousClock.now < end {}
    }
}

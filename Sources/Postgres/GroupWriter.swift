internal import DequeModule
public import EventLoop

/// Writes rows in group commits: what waits while a transaction is under way goes together in the next one.
///
/// The rows of one call are a unit: written in one transaction, or not at all. No unit fails because of another: a
/// batch that the server refuses is taken apart until the unit to blame is alone. A unit whose data is refused goes
/// again without its bodies (the sacrificial columns). A unit that may have been written when its connection was lost
/// goes again, and counts as written when its key is there already: give every unit a row with a unique key.
///
/// Everything on the loop's thread. The loop keeps the writer alive until `close()`.
public final class GroupWriter {
    /// Called with the seconds that a transaction took and its rows, when it is durable.
    public var onCommit: ((_ seconds: Double, _ rows: Int) -> Void)?
    /// Called as things happen. Errors that repeat are told each time.
    public var onEvent: ((WriterEvent) -> Void)?
    /// Counts and sizes.
    public internal(set) var statistics = WriterStatistics()
    /// The last trouble since a commit; nil while all goes well.
    public internal(set) var lastError: PostgresError?

    let loop: EventLoop
    let tables: [TableLayout]
    let configuration: WriterConfiguration
    let policy: RefusalPolicy
    let tableHasBodies: [Bool]
    private var lanes: [WriterLane] = []
    var queue = WriteQueue()
    var waiting = WaitingList()
    var parked: [WriteUnit] = []
    var parkTimer: LoopTimer?
    private var sweepTimer: LoopTimer?
    private var sweepAt = UInt64.max
    var flushes: [PendingFlush] = []
    private var isDispatchDue = false
    private var isClosed = false

    /// Starts to connect. On the loop's thread.
    public init(
        loop: EventLoop, settings: PostgresSettings, tables: [TableLayout], configuration: WriterConfiguration
    ) {
        self.loop = loop
        self.tables = tables
        self.configuration = configuration
        policy = RefusalPolicy(mode: configuration.mode)
        tableHasBodies = tables.map(\.hasSacrificialColumns)
        lanes = (0..<max(configuration.connections, 1)).map { _ in
            WriterLane(loop: loop, settings: settings, tables: tables, configuration: configuration)
        }
        for lane in lanes { start(lane) }
    }

    /// True while at least one connection takes batches.
    public var isConnected: Bool { lanes.contains(where: \.isUp) }

    /// Writes rows in one transaction, and returns when they are durable.
    ///
    /// In bounded mode it fails with `notWritten` or `inDoubt` once PostgreSQL was away for `doubtWindow`, and at `limit`
    /// (on the clock of `EventLoop.now()`) at the latest; in persistent mode it waits as long as it takes.
    public func write(_ rows: [EncodedRow], until limit: UInt64 = .max) async throws(WriteError) {
        let failure: WriteError? = await withUnsafeContinuation { continuation in
            let deadline = configuration.mode == .bounded ? min(boundedDeadline, limit) : .max
            let refusal = accept(rows, deadline, .forResult(continuation))
            if let refusal { continuation.resume(returning: refusal) }
        }
        if let failure { throw failure }
    }

    /// Writes rows in one transaction, and waits at most so long for them to be durable; they stay queued beyond that.
    ///
    /// For persistent mode. (In bounded mode the rows may fail after the wait, and nobody is told.)
    public func write(_ rows: [EncodedRow], waitingAtMost limit: Duration) async -> WriteOutcome {
        await withUnsafeContinuation { continuation in
            let refusal = accept(rows, EventLoop.now() &+ limit.nanoseconds, .forOutcome(continuation))
            if let refusal { continuation.resume(returning: .failed(refusal)) }
        }
    }

    /// Queues rows without waiting for them. For persistent mode.
    public func enqueue(_ rows: [EncodedRow]) throws(WriteError) {
        if let refusal = accept(rows, .max, .nobody) { throw refusal }
    }

    /// Waits until nothing is queued, at most so long; true when that came to be.
    public func flush(within limit: Duration) async -> Bool {
        unpark()
        return await withUnsafeContinuation { continuation in
            let flush = PendingFlush(continuation)
            guard statistics.queuedUnits > 0, !isClosed else { return flush.end(statistics.queuedUnits == 0) }
            flush.timer = loop.schedule(after: limit) { [self] in
                flushes.removeAll { $0 === flush }
                flush.end(false)
            }
            flushes.append(flush)
        }
    }

    /// Closes the connections. Units that are not durable fail with `notWritten`, `inDoubt` or `closed`.
    /// - Returns: how many there were.
    @discardableResult
    public func close() -> Int {
        guard !isClosed else { return 0 }
        isClosed = true
        parkTimer?.cancel()
        sweepTimer?.cancel()
        let underWay = lanes.flatMap(\.unitsUnderWay)
        for lane in lanes { lane.close() }
        for unit in underWay { unit.isUnderWay = false }
        for unit in underWay { unit.isInDoubt = true }
        let left = (underWay + queue.removeAll() + parked).filter { !$0.isSettled }
        parked = []
        for unit in left {
            settle(unit, configuration.mode == .persistent ? .closed : failure(of: unit))
        }
        endFlushes(false)
        return left.count
    }
}

// MARK: Taking units in

extension GroupWriter {
    /// Bounds how often deadlines are looked through, when each has its own millisecond.
    private static let sweepInterval: UInt64 = 10_000_000

    /// Queues rows, or says why not. In one step: between a look at the bound and the queue, others could fill it.
    private func accept(_ rows: [EncodedRow], _ deadline: UInt64, _ waiter: WriteUnit.Waiter) -> WriteError? {
        if isClosed { return .closed }
        if let fault = fault(of: rows) { return .misshapen(fault) }
        let unit = WriteUnit(rows: rows, deadline: deadline, waiter: waiter)
        let isFull =
            statistics.queuedUnits >= configuration.maximumUnits
            || statistics.queuedBytes + unit.bytes > configuration.maximumBytes
        if isFull {
            statistics.full += 1
            return .full
        }
        statistics.queuedUnits += 1
        statistics.queuedBytes += unit.bytes
        queue.append(unit)
        if deadline != .max {
            waiting.append(unit)
            armSweep(at: deadline)
        }
        scheduleDispatch()
        return nil
    }

    private func fault(of rows: [EncodedRow]) -> String? {
        if rows.isEmpty { return "no rows" }
        for row in rows {
            guard tables.indices.contains(row.table) else { return "a row for table \(row.table)" }
            let columns = tables[row.table].columns.count
            guard row.fieldCount == columns else {
                return "\(row.fieldCount) fields for the \(columns) columns of \(tables[row.table].name)"
            }
        }
        return nil
    }

    /// With a connection, rows have the time of a transaction and that of a doubt; without one, the latter.
    private var boundedDeadline: UInt64 {
        let window = configuration.doubtWindow.nanoseconds
        let time = isConnected ? configuration.commitTimeout.nanoseconds &+ window : window
        return EventLoop.now() &+ time
    }

    private func armSweep(at time: UInt64) {
        guard time < sweepAt else { return }
        sweepTimer?.cancel()
        sweepAt = time
        sweepTimer = loop.schedule(at: time) { [self] in sweep() }
    }

    private func sweep() {
        sweepAt = .max
        let now = EventLoop.now()
        for unit in waiting.expired(at: now) {
            if configuration.mode == .bounded {
                statistics.expired += 1
                settle(unit, failure(of: unit))
            } else {
                unit.releaseWaiter()
                waiting.hasAnswered()
            }
        }
        if let next = waiting.nextDeadline { armSweep(at: max(next, now &+ Self.sweepInterval)) }
    }

    func failure(of unit: WriteUnit) -> WriteError {
        let error = unit.lastTrouble ?? lastError
        return unit.isInDoubt || unit.isUnderWay ? .inDoubt(error) : .notWritten(error)
    }
}

// MARK: Sending

extension GroupWriter {
    /// Sends at the end of the loop's turn, so that what comes in the same turn goes together.
    func scheduleDispatch() {
        guard !isDispatchDue else { return }
        isDispatchDue = true
        nonisolated(unsafe) let writer = self
        loop.execute { writer.dispatch() }
    }

    /// Sends what is queued, as far as lanes are idle.
    func dispatch() {
        isDispatchDue = false
        while let lane = lanes.first(where: { $0.isIdle }), let batch = queue.next(configuration) {
            for unit in batch.units { unit.isUnderWay = true }
            lane.run(batch)
        }
    }

    private func start(_ lane: WriterLane) {
        lane.onUp = { [self] in onEvent?(.connected) }
        lane.onReady = { [self] in dispatch() }
        lane.onDown = { [self] error, batch, answers in laneWentDown(error, batch, answers) }
        lane.onAnswer = { [self, unowned lane] batch, outcome, seconds in
            handle(outcome, of: batch, seconds, lane)
        }
        lane.connect()
    }

    private func laneWentDown(_ error: PostgresError, _ batch: WriteBatch?, _ answers: [PostgresError?]) {
        statistics.losses += 1
        lastError = error
        onEvent?(.disconnected(error))
        let patience = EventLoop.now() &+ configuration.doubtWindow.nanoseconds
        if configuration.mode == .bounded, !isConnected {
            waiting.shorten(to: patience)
            if waiting.nextDeadline != nil { armSweep(at: patience) }
        }
        guard let batch else { return }
        end(batch)
        for (unit, answer) in zip(batch.units, answers) { settleAlone(unit, answer) }
        let doubtful = batch.units.dropFirst(answers.count).filter { !$0.isSettled }
        for unit in doubtful {
            unit.isInDoubt = true
            unit.lastTrouble = error
        }
        again(Array(doubtful), .together, until: patience)
    }

    /// The units are no longer on a connection.
    func end(_ batch: WriteBatch) {
        for unit in batch.units {
            unit.isUnderWay = false
            unit.dropRowsIfOver()
        }
    }

    /// Sends units again; in bounded mode until a time at most.
    func again(_ units: [WriteUnit], _ manner: WriteBatch.Manner, until time: UInt64 = .max) {
        guard !units.isEmpty else { return }
        statistics.retries += 1
        if configuration.mode == .bounded, time != .max {
            for unit in units { unit.deadline = min(unit.deadline, time) }
            armSweep(at: time)
        }
        queue.putBack(units, manner)
        scheduleDispatch()
    }
}

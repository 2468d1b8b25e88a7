internal import DequeModule
package import EventLoop
internal import Time

/// Writes rows in group commits. Rows that arrive while a transaction runs go into the next one.
///
/// The rows of one call are a write request: they are written in one transaction or not at all. No request fails
/// because of another. If the server refuses a batch, the writer splits it until the request at fault is alone. If
/// PostgreSQL refuses the data of a request, the writer sends it again without its droppable columns.
///
/// When a connection is lost, its requests may have been written, so the writer sends them again. A request whose key
/// exists already counts as written. So each request needs a row with a unique key.
///
/// Use it on the loop's thread. The loop keeps the writer alive until `close()`.
package final class BatchWriter {
    /// Called after each commit.
    package var onCommit: (() -> Void)?
    /// Called for each event. Errors that repeat are reported each time.
    package var onEvent: ((WriterEvent) -> Void)?
    /// Counts and sizes, readable from any thread.
    package let metrics: WriterMetrics

    /// Memory for the writer's rows. It comes back when they are written.
    package let rowPool = RowPool()

    let loop: EventLoop
    let tables: [TableLayout]
    let configuration: WriterConfiguration
    let policy: RetryPolicy
    let tableHasDroppableColumns: [Bool]
    private var connections: [WriterConnection] = []
    var queue = WriteQueue()
    var waiting = DeadlineList()
    var deferred: [WriteRequest] = []
    var deferralTimer: LoopTimer?
    private var sweepTimer: LoopTimer?
    private var sweepAt = UInt64.max
    var flushes: [PendingFlush] = []
    /// The last error since a commit.
    var lastError: PostgresError?
    private var isDispatchDue = false
    private var isClosed = false

    /// Starts to connect. Call it on the loop's thread.
    package init(
        loop: EventLoop, settings: PostgresSettings, tables: [TableLayout], configuration: WriterConfiguration,
        metrics: WriterMetrics = WriterMetrics()
    ) {
        self.loop = loop
        self.tables = tables
        self.configuration = configuration
        self.metrics = metrics
        policy = RetryPolicy(mode: configuration.mode)
        tableHasDroppableColumns = tables.map(\.hasDroppableColumns)
        connections = (0..<max(configuration.connections, 1)).map { _ in
            WriterConnection(loop: loop, settings: settings, tables: tables, configuration: configuration)
        }
        for connection in connections { start(connection) }
    }

    /// True while at least one connection takes batches.
    package var isConnected: Bool { connections.contains(where: \.isUp) }

    /// Writes rows in one transaction, and calls `completion` when they are durable or have failed.
    ///
    /// In bounded mode it fails with `notWritten` or `inDoubt` after PostgreSQL has been away for `doubtWindow`, and at
    /// `limit` at the latest. `limit` is on the clock of `EventLoop.now()`. In persistent mode it waits without limit.
    /// - Parameter completion: called once, as a job of the loop.
    package func write(
        _ rows: [EncodedRow], until limit: UInt64 = .max, then completion: @escaping (WriteError?) -> Void
    ) {
        accept(
            rows, configuration.mode == .bounded ? min(boundedDeadline, limit) : .max, .forResult(completion))
    }

    /// Writes rows in one transaction. Calls `completion` after the commit, and after `limit` at the latest. Rows that
    /// are not committed by then stay queued.
    ///
    /// For persistent mode. In bounded mode the rows may fail after the wait without a report.
    /// - Parameter completion: called once, as a job of the loop.
    package func write(
        _ rows: [EncodedRow], waitingAtMost limit: Duration, then completion: @escaping (WriteOutcome) -> Void
    ) {
        accept(rows, EventLoop.now() &+ limit.nanoseconds, .forOutcome(completion))
    }

    /// Writes rows in one transaction, and returns when they are durable.
    package func write(_ rows: [EncodedRow], until limit: UInt64 = .max) async throws(WriteError) {
        let failure: WriteError? = await withUnsafeContinuation { continuation in
            write(rows, until: limit) { continuation.resume(returning: $0) }
        }
        if let failure { throw failure }
    }

    /// Writes rows in one transaction, and waits at most `limit` for the commit.
    package func write(_ rows: [EncodedRow], waitingAtMost limit: Duration) async -> WriteOutcome {
        await withUnsafeContinuation { continuation in
            write(rows, waitingAtMost: limit) { continuation.resume(returning: $0) }
        }
    }

    /// Waits at most `limit` until the queue is empty, and returns whether it is.
    package func flush(within limit: Duration) async -> Bool {
        retryDeferred()
        return await withUnsafeContinuation { continuation in
            let flush = PendingFlush(continuation)
            let queued = metrics.queuedRequests.value
            guard queued > 0, !isClosed else { return flush.end(queued == 0) }
            flush.timer = loop.schedule(after: limit) { [self] in
                flushes.removeAll { $0 === flush }
                flush.end(false)
            }
            flushes.append(flush)
        }
    }

    /// Closes the connections. Requests that are not durable fail with `notWritten`, `inDoubt` or `closed`.
    /// - Returns: how many requests failed.
    @discardableResult
    package func close() -> Int {
        guard !isClosed else { return 0 }
        isClosed = true
        deferralTimer?.cancel()
        sweepTimer?.cancel()
        let inFlight = connections.flatMap(\.requestsInFlight)
        for connection in connections { connection.close() }
        for request in inFlight {
            request.isInFlight = false
            request.isInDoubt = true
        }
        let left = (inFlight + queue.removeAll() + deferred).filter { !$0.isSettled }
        deferred = []
        for request in left {
            settle(request, configuration.mode == .persistent ? .closed : failure(of: request))
        }
        endFlushes(false)
        return left.count
    }
}

// MARK: Accepting requests

extension BatchWriter {
    /// The shortest time between two checks of the deadlines.
    private static let sweepInterval: UInt64 = 10_000_000

    /// Queues rows, or tells the waiter why they are rejected. Nothing suspends between the check of the limits and the
    /// queue, so no other caller can fill the queue meanwhile.
    private func accept(_ rows: [EncodedRow], _ deadline: UInt64, _ waiter: WriteRequest.Waiter) {
        let request = WriteRequest(rows: rows, deadline: deadline, loop: loop, pool: rowPool, waiter: waiter)
        if isClosed { return request.settle(.closed) }
        if let fault = fault(of: rows) { return request.settle(.malformed(fault)) }
        let isFull =
            metrics.queuedRequests.value >= configuration.maximumRequests
            || metrics.queuedBytes.value + request.bytes > configuration.maximumBytes
        if isFull {
            metrics.full.add(1)
            return request.settle(.full)
        }
        metrics.queuedRequests.add(1)
        metrics.queuedBytes.add(request.bytes)
        queue.append(request)
        if deadline != .max {
            waiting.append(request)
            armSweep(at: deadline)
        }
        scheduleDispatch()
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

    /// With a connection, rows have the time of a transaction and of one retry. Without one, they have the latter.
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
        for request in waiting.expired(at: now) {
            if configuration.mode == .bounded {
                metrics.expired.add(1)
                settle(request, failure(of: request))
            } else {
                request.releaseWaiter()
                waiting.hasAnswered()
            }
        }
        if let next = waiting.nextDeadline { armSweep(at: max(next, now &+ Self.sweepInterval)) }
    }

    func failure(of request: WriteRequest) -> WriteError {
        let error = request.lastError ?? lastError
        return request.isInDoubt || request.isInFlight ? .inDoubt(error) : .notWritten(error)
    }
}

// MARK: Sending

extension BatchWriter {
    /// Sends at the end of the loop's turn, so that requests of the same turn share a batch.
    func scheduleDispatch() {
        guard !isDispatchDue else { return }
        isDispatchDue = true
        nonisolated(unsafe) let writer = self
        loop.execute { writer.dispatch() }
    }

    /// Gives queued requests to the idle connections.
    func dispatch() {
        isDispatchDue = false
        while let connection = connections.first(where: { $0.isIdle }), let batch = queue.next(configuration) {
            for request in batch.requests { request.isInFlight = true }
            connection.run(batch)
        }
    }

    private func start(_ connection: WriterConnection) {
        connection.onUp = { [self] in onEvent?(.connected) }
        connection.onReady = { [self] in dispatch() }
        connection.onDown = { [self] error, batch, answers in connectionWentDown(error, batch, answers) }
        connection.onOutcome = { [self, unowned connection] batch, outcome in handle(outcome, of: batch, connection) }
        connection.connect()
    }

    private func connectionWentDown(_ error: PostgresError, _ batch: WriteBatch?, _ answers: [PostgresError?]) {
        metrics.losses.add(1)
        lastError = error
        onEvent?(.disconnected(error))
        let patience = EventLoop.now() &+ configuration.doubtWindow.nanoseconds
        if configuration.mode == .bounded, !isConnected {
            waiting.shorten(to: patience)
            if waiting.nextDeadline != nil { armSweep(at: patience) }
        }
        guard let batch else { return }
        end(batch)
        for (request, answer) in zip(batch.requests, answers) { settleAlone(request, answer) }
        let doubtful = batch.requests.dropFirst(answers.count).filter { !$0.isSettled }
        for request in doubtful {
            request.isInDoubt = true
            request.lastError = error
        }
        resend(Array(doubtful), .perBatch, until: patience)
    }

    /// Notes that no connection sends the batch any more.
    func end(_ batch: WriteBatch) {
        for request in batch.requests {
            request.isInFlight = false
            request.releaseRowsIfDone()
        }
    }

    /// Sends requests again; in bounded mode until `time` at the latest.
    func resend(_ requests: [WriteRequest], _ atomicity: WriteBatch.Atomicity, until time: UInt64 = .max) {
        guard !requests.isEmpty else { return }
        metrics.retries.add(1)
        if configuration.mode == .bounded, time != .max {
            for request in requests { request.deadline = min(request.deadline, time) }
            armSweep(at: time)
        }
        queue.putBack(requests, atomicity)
        scheduleDispatch()
    }
}

// MARK: -

/// An event of a batch writer, for logs.
package enum WriterEvent: Sendable {
    /// A connection takes batches.
    case connected
    /// A connection was lost or could not be made.
    case disconnected(PostgresError)
    /// The server refused a batch. The writer sends it again, whole or in part.
    case retrying(PostgresError)
    /// The server refused the data of a request. The writer sends it again without its droppable columns.
    case droppedColumns(PostgresError)
    /// Requests wait until the database has what they need.
    case deferred(PostgresError, requests: Int)
    /// The server refused a request for good.
    case refused(PostgresError)
}

/// A caller that waits until the queue is empty.
final class PendingFlush {
    var timer: LoopTimer?
    private let continuation: UnsafeContinuation<Bool, Never>

    init(_ continuation: UnsafeContinuation<Bool, Never>) { self.continuation = continuation }

    func end(_ isEmpty: Bool) {
        timer?.cancel()
        continuation.resume(returning: isEmpty)
    }
}

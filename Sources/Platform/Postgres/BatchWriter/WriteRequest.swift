import EventLoop

/// The rows of one call. They are written in one transaction or not at all.
final class WriteRequest {
    /// What a caller is told, once. It runs as a job of the loop: a callback may take long, and the connection must get
    /// its next batch first.
    enum Waiter {
        /// Waits until the request is settled.
        case forResult((WriteError?) -> Void)
        /// Waits until the request is settled or its deadline has passed.
        case forOutcome((WriteOutcome) -> Void)
    }

    private(set) var rows: [EncodedRow]
    let bytes: Int
    let rowCount: Int
    /// The latest time at which the waiter gets an answer, on the loop's clock; `.max` means never.
    var deadline: UInt64
    /// A transaction with these rows was sent, and its answer never came.
    var isInDoubt = false
    /// A connection is sending the rows now.
    var isInFlight = false
    /// The values of the droppable columns are removed.
    private(set) var hasDroppedColumns = false
    /// When the request was first deferred; 0 means never.
    var deferredSince: UInt64 = 0
    /// The last reason why the rows were not written.
    var lastError: PostgresError?
    private(set) var isSettled = false
    private var waiter: Waiter?
    private let loop: EventLoop
    private let pool: RowPool

    init(rows: [EncodedRow], deadline: UInt64, loop: EventLoop, pool: RowPool, waiter: Waiter) {
        self.loop = loop
        self.pool = pool
        self.rows = rows
        bytes = rows.reduce(0) { $0 + $1.byteCount }
        rowCount = rows.count
        self.deadline = deadline
        self.waiter = waiter
    }

    /// True while the caller has no answer.
    var hasWaiter: Bool { waiter != nil }

    /// Ends the request and answers the waiter. Nil is success.
    func settle(_ failure: WriteError?) {
        isSettled = true
        let waiter = waiter
        self.waiter = nil
        switch waiter {
        case nil: break
        case .forResult(let callback)?:
            nonisolated(unsafe) let callback = callback
            loop.execute { callback(failure) }
        case .forOutcome(let callback)?: tell(callback, failure.map { .failed($0) } ?? .committed)
        }
        releaseRowsIfDone()
    }

    /// Answers a waiter for an outcome with `queued`. The request stays in the queue.
    func releaseWaiter() {
        guard case .forOutcome(let callback)? = waiter else { return }
        waiter = nil
        tell(callback, .queued)
    }

    private func tell(_ callback: @escaping (WriteOutcome) -> Void, _ outcome: WriteOutcome) {
        nonisolated(unsafe) let callback = callback
        loop.execute { callback(outcome) }
    }

    /// Frees the rows of a settled request, unless a connection still reads them.
    func releaseRowsIfDone() {
        guard isSettled, !isInFlight else { return }
        for index in rows.indices { rows[index].giveMemory(to: pool) }
        rows = []
    }

    /// Replaces the values of all droppable columns by NULL.
    func dropColumns(_ tables: [TableLayout]) {
        hasDroppedColumns = true
        rows = rows.map { row in
            let columns = tables[row.table].columns
            return row.dropping { columns[$0].isDroppable }
        }
    }
}

/// The requests whose callers expect an answer by a deadline.
///
/// Answered requests stay in the list until they are most of it. Then they are removed together.
struct DeadlineList {
    private var requests: [WriteRequest] = []
    private var waiting = 0

    mutating func append(_ request: WriteRequest) {
        requests.append(request)
        waiting += 1
    }

    /// Notes that the waiter of one listed request has its answer.
    mutating func hasAnswered() {
        waiting -= 1
        if requests.count > 64, requests.count > 4 * waiting { requests.removeAll { !$0.hasWaiter } }
    }

    /// The requests whose deadline has passed.
    func expired(at now: UInt64) -> [WriteRequest] { requests.filter { $0.hasWaiter && $0.deadline <= now } }

    /// The earliest deadline.
    var nextDeadline: UInt64? { requests.lazy.filter(\.hasWaiter).map(\.deadline).min() }

    /// Moves every later deadline forward to `time`.
    func shorten(to time: UInt64) {
        for request in requests where request.deadline > time { request.deadline = time }
    }
}

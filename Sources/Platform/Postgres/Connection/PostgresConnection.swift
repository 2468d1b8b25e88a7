internal import CLibpq
internal import DequeModule
package import EventLoop

/// One connection to PostgreSQL, on a loop's thread. Queries wait in a bounded queue.
///
/// A query without an answer in time fails with kind `timeout`. The server is asked to cancel it, and the connection is
/// closed. A late answer would otherwise delay the queries after it. Cancelling the calling task has no effect. The
/// time limit ends every wait.
///
/// The loop keeps an open connection alive. Close it when you do not need it any more.
package final class PostgresConnection {
    private let link: Link
    private let settings: PostgresSettings
    private var queue: Deque<Request> = []
    private var current: Request?
    private var listeners: [String: (String) -> Void] = [:]
    private var closing: PostgresError?
    /// The session's current planning mode.
    var plan = QueryPlan.custom
    var preparedStatements = PreparedStatementCache()

    /// Called once when the connection is lost or closed, with the reason.
    package var onClose: ((PostgresError) -> Void)?

    private init(link: Link, settings: PostgresSettings) {
        self.link = link
        self.settings = settings
        link.onInput = { [self] in read() }
        link.onLoss = { [self] error in end(error) }
    }

    /// Connects within `settings.connectTimeout` and sets up the session. Call it on the loop's thread.
    package static func connect(
        _ settings: PostgresSettings, on loop: EventLoop
    ) async throws(PostgresError) -> PostgresConnection {
        let link = Link(loop: loop, settings: settings)
        let failure: PostgresError? = await withUnsafeContinuation { continuation in
            link.open { continuation.resume(returning: $0) }
        }
        if let failure { throw failure }
        return PostgresConnection(link: link, settings: settings)
    }

    /// True once the connection is lost or closed.
    package var isClosed: Bool { closing != nil || !link.isOpen }

    /// True while a transaction block is open, or has failed and needs a ROLLBACK.
    package var isInTransaction: Bool {
        guard let handle = link.handle else { return false }
        return PQtransactionStatus(handle) != PQTRANS_IDLE
    }

    /// Runs one statement with parameters `$1`, `$2`, … and returns its rows.
    package func query(
        _ sql: String, _ parameters: [SQLValue] = [], timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> Rows {
        try await run(.statement(sql, parameters), parameters, timeout: timeout)
    }

    /// Prepares a statement under a name.
    func prepare(_ name: String, _ sql: String, timeout: Duration) async throws(PostgresError) {
        _ = try await perform(.preparation(name, sql), timeout: timeout)
    }

    /// Runs a prepared statement.
    func execute(prepared name: String, _ parameters: [SQLValue], timeout: Duration) async throws(PostgresError) -> Rows
    {
        try await run(.prepared(name, parameters), parameters, timeout: timeout)
    }

    /// Runs a script in one transaction, unless the script has its own. The rows are dropped.
    package func execute(_ script: String, timeout: Duration = .seconds(30)) async throws(PostgresError) {
        _ = try await perform(.script(script), timeout: timeout)
    }

    /// Listens on a channel. `handler` gets the payload of each notification, in order.
    package func listen(
        _ channel: String, timeout: Duration = .seconds(10), _ handler: @escaping (String) -> Void
    ) async throws(PostgresError) {
        listeners[channel] = handler
        try await execute("LISTEN \(SQL.quotedName(channel))", timeout: timeout)
    }

    /// Tries to take an advisory lock for the session.
    /// - Returns: whether this session holds the lock now.
    package func tryLock(_ number: Int64) async throws(PostgresError) -> Bool {
        let rows = try await query("SELECT pg_try_advisory_lock($1::bigint)", [.integer(number)], timeout: .seconds(5))
        return rows.first?[0].bool == true
    }

    /// Ends the connection. Unanswered queries fail with kind `closed`.
    package func close() {
        link.close()
        end(PostgresError(.closed, "the connection is closed"))
    }
}

// MARK: Requests

extension PostgresConnection {
    private enum Work {
        case statement(String, [SQLValue])
        case preparation(String, String)
        case prepared(String, [SQLValue])
        case script(String)

        var hasRows: Bool {
            switch self {
            case .statement, .prepared: true
            case .preparation, .script: false
            }
        }
    }

    private final class Request {
        let work: Work
        var rows: Rows?
        var error: PostgresError?
        var timer: LoopTimer?
        private var continuation: UnsafeContinuation<Result<Rows, PostgresError>, Never>?

        init(_ work: Work, _ continuation: UnsafeContinuation<Result<Rows, PostgresError>, Never>) {
            self.work = work
            self.continuation = continuation
        }

        /// True once the caller has its answer.
        var isAnswered: Bool { continuation == nil }

        func answer(_ result: Result<Rows, PostgresError>) {
            timer?.cancel()
            timer = nil
            continuation?.resume(returning: result)
            continuation = nil
        }
    }

    private func run(
        _ work: Work, _ parameters: [SQLValue], timeout: Duration
    ) async throws(PostgresError) -> Rows {
        if parameters.contains(where: \.holdsNUL) {
            throw PostgresError(.configuration, "a text parameter contains NUL")
        }
        return try await perform(work, timeout: timeout)
    }

    private func perform(_ work: Work, timeout: Duration) async throws(PostgresError) -> Rows {
        let result: Result<Rows, PostgresError> = await withUnsafeContinuation { continuation in
            // The check is here because other tasks may run while the caller suspends.
            if let closing { return continuation.resume(returning: .failure(closing)) }
            guard queue.count < settings.maximumQueuedQueries else {
                let error = PostgresError(.overloaded, "\(queue.count) queries wait on the connection")
                return continuation.resume(returning: .failure(error))
            }
            let request = Request(work, continuation)
            request.timer = link.loop.schedule(after: timeout) { [self] in expire(request, after: timeout) }
            queue.append(request)
            startNext()
        }
        return try result.get()
    }

    private func expire(_ request: Request, after timeout: Duration) {
        request.answer(.failure(PostgresError(.timeout, "no answer within \(timeout)")))
        guard request === current else { return }
        link.requestCancel()
        link.lose(PostgresError(.connection, "closed because a statement had no answer within \(timeout)"))
    }

    private func startNext() {
        guard current == nil, closing == nil else { return }
        while let request = queue.popFirst() {
            guard !request.isAnswered else { continue }
            current = request
            guard send(request.work) else { return link.loseByLibpq() }
            link.flush()
            return
        }
    }

    private func send(_ work: Work) -> Bool {
        switch work {
        case .script(let script): return PQsendQuery(link.handle, script) == 1
        case .preparation(let name, let sql): return PQsendPrepare(link.handle, name, sql, 0, nil) == 1
        case .statement(let sql, let parameters):
            return send(parameters) { count, values, lengths, formats in
                PQsendQueryParams(link.handle, sql, count, nil, values, lengths, formats, 0) == 1
            }
        case .prepared(let name, let parameters):
            return send(parameters) { count, values, lengths, formats in
                PQsendQueryPrepared(link.handle, name, count, values, lengths, formats, 0) == 1
            }
        }
    }

    /// Passes parameters to `body` in libpq's layout: number, values, lengths and formats.
    private func send(
        _ parameters: [SQLValue], _ body: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Bool
    ) -> Bool {
        let forms = parameters.map(\.wireForm)
        var buffer: [UInt8] = []
        var starts: [Int] = []
        for form in forms {
            starts.append(buffer.count)
            if let form { buffer.append(contentsOf: form.bytes) }
        }
        buffer.append(0)
        let lengths = forms.map { Int32(truncatingIfNeeded: $0?.bytes.count ?? 0) }
        let formats = forms.map { Int32($0?.isBinary == true ? 1 : 0) }
        return buffer.withUnsafeBytes { bytes in
            let values = zip(forms, starts).map { form, start in
                form == nil ? nil : bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
            }
            return body(Int32(parameters.count), values, lengths, formats)
        }
    }

    private func read() {
        while let request = current, let handle = link.handle, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                finish(request)
                continue
            }
            take(result, for: request)
            PQclear(result)
        }
        deliverNotifications()
    }

    private func take(_ result: OpaquePointer, for request: Request) {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            if request.work.hasRows { request.rows = Rows(result: result) }
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
            request.error = request.error ?? PostgresError(result: result)
        default:
            // Only `BatchWriter` supports COPY.
            request.error = PostgresError(.protocol, "a query cannot run COPY")
            link.lose(PostgresError(.protocol, "closed because a query ran COPY"))
        }
    }

    private func finish(_ request: Request) {
        current = nil
        if let error = request.error {
            request.answer(.failure(error))
        } else {
            request.answer(.success(request.rows ?? Rows(columns: [], affected: 0)))
        }
        startNext()
    }

    private func deliverNotifications() {
        while let handle = link.handle, let notification = PQnotifies(handle) {
            let channel = String(cString: notification.pointee.relname)
            let payload = String(cString: notification.pointee.extra)
            PQfreemem(notification)
            listeners[channel]?(payload)
        }
    }

    private func end(_ error: PostgresError) {
        guard closing == nil else { return }
        closing = error
        let waiting = queue
        queue = []
        if let current { current.answer(.failure(current.error ?? error)) }
        current = nil
        for request in waiting { request.answer(.failure(error)) }
        listeners = [:]
        let onClose = onClose
        self.onClose = nil
        onClose?(error)
    }
}

internal import DequeModule
package import EventLoop
internal import Time

/// A few connections for queries outside the path of a call. Use it on a loop's thread.
///
/// The pool connects on demand, and again after a loss. After a failed attempt, queries fail with its error until a
/// growing wait is over. A database that is down therefore costs almost nothing.
package final class PostgresPool {
    /// The largest number of connections.
    package let size: Int
    /// The largest number of queries that wait for a connection.
    package let maximumWaiting: Int
    /// The longest wait for a connection.
    package let waitTimeout: Duration

    private let loop: EventLoop
    private let settings: PostgresSettings
    private var idle: [PostgresConnection] = []
    private var leased = 0
    private var waiting: Deque<Waiter> = []
    private var backOff = BackOff(minimum: .milliseconds(50), maximum: .seconds(2), isFirstImmediate: true)
    private var nextConnectAt: UInt64 = 0
    private var connectError: PostgresError?
    private var isClosed = false

    /// A pool without connections.
    package init(
        loop: EventLoop, settings: PostgresSettings, size: Int = 2, maximumWaiting: Int = 64,
        waitTimeout: Duration = .seconds(5)
    ) {
        self.loop = loop
        self.settings = settings
        self.size = max(size, 1)
        self.maximumWaiting = maximumWaiting
        self.waitTimeout = waitTimeout
    }

    /// Runs one statement on one of the pool's connections.
    package func query(
        _ sql: String, _ parameters: [SQLValue] = [], plan: QueryPlan = .custom, timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> Rows {
        try await withConnection { connection throws(PostgresError) in
            try await connection.query(sql, parameters, plan: plan, timeout: timeout)
        }
    }

    /// Lends a connection to `body` exclusively. A connection that is left in a transaction is closed.
    package func withConnection<T>(
        _ body: (PostgresConnection) async throws(PostgresError) -> T
    ) async throws(PostgresError) -> T {
        let connection = try await lease()
        do throws(PostgresError) {
            let value = try await body(connection)
            giveBack(connection)
            return value
        } catch {
            giveBack(connection)
            throw error
        }
    }

    /// Closes idle connections now and lent ones on their return. Waiting queries fail with kind `closed`.
    package func close() {
        isClosed = true
        for connection in idle { connection.close() }
        idle = []
        let waiters = waiting
        waiting = []
        for waiter in waiters { waiter.answer(.failure(Self.closed)) }
    }
}

extension PostgresPool {
    private static let closed = PostgresError(.closed, "the pool is closed")

    private enum Grant {
        /// A place in the pool, with an open connection or without one.
        case place(PostgresConnection?)
        case failure(PostgresError)
    }

    private final class Waiter {
        var timer: LoopTimer?
        private var continuation: UnsafeContinuation<Void, Never>?
        private(set) var grant: Grant?

        func wait(_ continuation: UnsafeContinuation<Void, Never>) {
            if grant == nil { self.continuation = continuation } else { continuation.resume() }
        }

        func answer(_ grant: Grant) {
            guard self.grant == nil else { return }
            self.grant = grant
            timer?.cancel()
            timer = nil
            continuation?.resume()
            continuation = nil
        }
    }

    private func lease() async throws(PostgresError) -> PostgresConnection {
        var grant = takePlace()
        if grant == nil { grant = await waitForPlace() }
        switch grant ?? .failure(Self.closed) {
        case .failure(let error): throw error
        case .place(let connection):
            if let connection, !connection.isClosed { return connection }
            return try await connect()
        }
    }

    /// A free place, or nil.
    private func takePlace() -> Grant? {
        if isClosed { return .failure(Self.closed) }
        while let connection = idle.popLast() {
            guard !connection.isClosed else { continue }
            leased += 1
            return .place(connection)
        }
        guard leased < size else { return nil }
        leased += 1
        return .place(nil)
    }

    private func waitForPlace() async -> Grant {
        let waiter = Waiter()
        await withUnsafeContinuation { continuation in
            // A place may have become free while the caller suspended.
            if let grant = takePlace() ?? refusal { waiter.answer(grant) } else { enqueue(waiter) }
            waiter.wait(continuation)
        }
        return waiter.grant ?? .failure(Self.closed)
    }

    private var refusal: Grant? {
        guard waiting.count >= maximumWaiting else { return nil }
        return .failure(PostgresError(.overloaded, "\(waiting.count) queries wait for a connection"))
    }

    private func enqueue(_ waiter: Waiter) {
        waiter.timer = loop.schedule(after: waitTimeout) { [self] in
            waiting.removeAll { $0 === waiter }
            waiter.answer(.failure(PostgresError(.overloaded, "no connection was free within \(waitTimeout)")))
        }
        waiting.append(waiter)
    }

    /// Connects for a place that is already counted. On failure the place is given back.
    private func connect() async throws(PostgresError) -> PostgresConnection {
        if let connectError, EventLoop.now() < nextConnectAt {
            passPlaceOn(nil)
            throw connectError
        }
        do throws(PostgresError) {
            let connection = try await PostgresConnection.connect(settings, on: loop)
            backOff.reset()
            connectError = nil
            return connection
        } catch {
            connectError = error
            nextConnectAt = EventLoop.now() &+ backOff.next().nanoseconds
            passPlaceOn(nil)
            throw error
        }
    }

    private func giveBack(_ connection: PostgresConnection) {
        if isClosed || connection.isInTransaction { connection.close() }
        passPlaceOn(connection.isClosed ? nil : connection)
    }

    private func passPlaceOn(_ connection: PostgresConnection?) {
        if let waiter = waiting.popFirst() { return waiter.answer(.place(connection)) }
        leased -= 1
        if let connection { idle.append(connection) }
    }
}

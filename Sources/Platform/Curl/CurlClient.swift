internal import CLibcurl
package import EventLoop
internal import Time

/// An HTTP/1.1 client for POST requests, driven by an event loop. libcurl makes the connections and carries the bytes.
///
/// A request is written once, to one connection, and never again. Each worker has one client, which is used only on the
/// thread of its loop (checked). The client keeps connections open between calls. It does not limit calls or
/// connections: its caller does, before it records the call. `shutdown()` ends the client.
package final class CurlClient {
    /// Settings for all requests of a client.
    package struct Settings: Sendable {
        /// How many idle connections are kept open.
        package var maximumIdleConnections = 256
        /// How many distinct pairs of URL and header lines are kept as templates.
        package var maximumTemplates = 64
        /// How long the client uses an idle connection. Servers close idle connections.
        package var idleConnectionAge = Duration.seconds(15)
        /// How long the client uses a connection. The limit makes it follow changes of addresses.
        package var connectionLifetime = Duration.seconds(300)
        /// How long a resolved address is used.
        package var addressCache = Duration.seconds(60)
        /// How long a parsed CA file is used. Parsing one takes milliseconds on the thread of the loop.
        package var authorityCache = Duration.seconds(3600)

        /// Makes settings with the defaults.
        package init() {}
    }

    /// The loop that drives the client.
    package let loop: EventLoop
    /// The number of requests in progress.
    package var inFlight: Int { busy.count }

    let settings: Settings
    /// The settings of the same names in nanoseconds.
    let idleConnectionAge: UInt64
    let connectionLifetime: UInt64
    private let trust: CurlLibrary.Trust
    private let share: AddressShare
    private var connectors: [Connector]
    private var templates: RequestTemplates
    private var busy: [Connection] = []
    private(set) var pool = ConnectionPool()
    private var sweepTimer: LoopTimer?
    private var isShutDown = false
    /// Buffers that all connections share. A connection needs them only for a moment.
    private var inputBuffer = [UInt8](repeating: 0, count: Connection.inputBytes)
    private var outputBuffer: [UInt8] = []

    /// Makes a client for a loop, on any thread.
    /// - Throws: `CurlError` if libcurl is too old, or was built without asynchronous DNS or TLS.
    package init(loop: EventLoop, settings: Settings = Settings()) throws(CurlError) {
        trust = try CurlLibrary.setUp()
        self.loop = loop
        self.settings = settings
        idleConnectionAge = settings.idleConnectionAge.nanoseconds
        connectionLifetime = settings.connectionLifetime.nanoseconds
        share = try AddressShare()
        connectors = [try Connector(loop: loop)]
        templates = RequestTemplates(limit: settings.maximumTemplates)
    }

    deinit {
        while let connection = pool.oldest {
            pool.remove(connection)
            connection.close()
        }
    }

    /// Sends a request once, and tells `completion` what became of it: always, at the deadline at the latest. What was
    /// sent cannot be taken back.
    ///
    /// The request is taken over: a body that its maker does not hold is gone once it has been sent.
    /// - Parameter completion: called once, as a job of the loop.
    package func perform(_ request: consuming CurlRequest, then completion: @escaping (CurlResult) -> Void) {
        precondition(loop.isOnLoop, "called off the event loop's thread")
        switch start(request) {
        case .exchange(let exchange): carry(exchange, then: completion)
        case .failed(let result): tell(completion, result)
        }
    }

    /// Sends a request once and returns what became of it. Cancelling the task changes nothing. Call it from a task
    /// that was started with `Task(executorPreference:)` of the loop.
    package func perform(_ request: consuming CurlRequest) async -> CurlResult {
        let request = request
        return await withUnsafeContinuation { continuation in
            perform(request) { continuation.resume(returning: $0) }
        }
    }

    /// Ends all requests in progress with a failure of kind `shutDown`, refuses new ones, and closes all connections.
    /// It must be called on the thread of the loop.
    package func shutdown() {
        precondition(loop.isOnLoop, "called off the event loop's thread")
        isShutDown = true
        while let connection = busy.last { connection.fail(CURLE_ABORTED_BY_CALLBACK, isShutDown: true) }
        while let connection = pool.oldest { closeIdle(connection) }
        sweepTimer?.cancel()
        connectors.forEach { $0.shutdown() }
    }
}

// MARK: - Requests

extension CurlClient {
    /// A checked request: it can be carried, or it has failed.
    private enum Start {
        case exchange(Exchange)
        case failed(CurlResult)
    }

    private func start(_ request: consuming CurlRequest) -> Start {
        let now = EventLoop.now()
        do throws(TransferError) {
            guard !isShutDown else { throw TransferError(CURLE_ABORTED_BY_CALLBACK) }
            guard request.deadline > now else { throw TransferError(CURLE_OPERATION_TIMEDOUT) }
            let template = try templates.template(for: request)
            guard request.allowsHTTP || !template.isPlain else { throw TransferError(CURLE_UNSUPPORTED_PROTOCOL) }
            return .exchange(Exchange(request, template, start: now))
        } catch {
            return .failed(unsent(error, url: request.url))
        }
    }

    private func unsent(_ error: TransferError, url: String) -> CurlResult {
        let failure = CurlFailure(FailedTransfer(code: error.code, url: url, isShutDown: isShutDown))
        return CurlResult(outcome: .failed(failure), mayHaveBeenSent: false)
    }

    private func carry(_ exchange: Exchange, then completion: @escaping (CurlResult) -> Void) {
        exchange.completion = completion
        do throws(TransferError) {
            try begin(exchange, now: exchange.start)
        } catch {
            tell(completion, unsent(error, url: exchange.template.key.url))
        }
    }

    /// Tells a result as a job of the loop: what follows may take long, and may use the client.
    private func tell(_ completion: @escaping (CurlResult) -> Void, _ result: consuming CurlResult) {
        nonisolated(unsafe) let completion = completion
        let result = result
        loop.execute { completion(result) }
    }

    private func begin(_ exchange: Exchange, now: UInt64) throws(TransferError) {
        let destination = exchange.template.destination
        while let connection = pool.take(for: destination, turn: loop.turns) {
            if connection.isUsable(now: now) {
                addBusy(connection)
                return connection.carry(exchange)
            }
            connection.close()
        }
        let connector = try connectorWithRoom()
        guard let handle = EasyHandle(connector: connector, share: share) else {
            throw TransferError(CURLE_OUT_OF_MEMORY)
        }
        let connection = Connection(handle, destination, client: self)
        addBusy(connection)
        connection.open(for: exchange, by: connector, trust, now: now)
    }

    private func connectorWithRoom() throws(TransferError) -> Connector {
        if let connector = connectors.first(where: \.hasRoom) { return connector }
        do throws(CurlError) {
            connectors.append(try Connector(loop: loop))
            return connectors[connectors.count - 1]
        } catch {
            throw TransferError(CURLE_OUT_OF_MEMORY)
        }
    }

    /// Notes that the exchange on a connection has ended.
    func ended(
        _ connection: Connection, keepsAlive: Bool, now: UInt64, _ exchange: Exchange, _ result: consuming CurlResult
    ) {
        removeBusy(connection)
        if keepsAlive { keep(connection, now: now) } else { connection.close() }
        if let completion = exchange.completion { tell(completion, result) }
    }

    private func addBusy(_ connection: Connection) {
        connection.place = busy.count
        busy.append(connection)
    }

    private func removeBusy(_ connection: Connection) {
        let last = busy.removeLast()
        if last !== connection {
            last.place = connection.place
            busy[connection.place] = last
        }
        connection.place = -1
    }
}

// MARK: - Idle connections

extension CurlClient {
    /// Closes an idle connection.
    func closeIdle(_ connection: Connection) {
        pool.remove(connection)
        connection.close()
    }

    private func keep(_ connection: Connection, now: UInt64) {
        connection.idleSince = now
        connection.idleTurn = loop.turns
        pool.put(connection)
        if pool.count > settings.maximumIdleConnections, let oldest = pool.oldest { closeIdle(oldest) }
        if sweepTimer?.isPending != true { setSweepTimer() }
    }

    private func setSweepTimer() {
        guard let oldest = pool.oldest else { return }
        sweepTimer = loop.schedule(at: oldest.idleSince + idleConnectionAge) { [weak self] in
            self?.closeAged()
        }
    }

    /// Closes connections that have been idle for too long.
    private func closeAged() {
        let now = EventLoop.now()
        while let oldest = pool.oldest, oldest.idleSince + idleConnectionAge <= now {
            closeIdle(oldest)
        }
        dropUnusedConnectors()
        setSweepTimer()
    }

    /// Frees the connectors that a burst of calls needed, except for the first.
    private func dropUnusedConnectors() {
        for connector in connectors.dropFirst() where connector.handleCount == 0 { connector.shutdown() }
        connectors = connectors.prefix(1) + connectors.dropFirst().filter { $0.handleCount > 0 }
    }
}

// MARK: - Buffers

extension CurlClient {
    /// The maximum size of an output buffer that is kept for the next request.
    private static let maximumKeptOutput = 64 << 10

    /// Lends the input buffer, which no other connection uses in the meantime.
    func withInputBuffer(_ body: (inout [UInt8]) -> Void) {
        // Moved out of the property, so that the array has one owner while it is written.
        var buffer: [UInt8] = []
        swap(&buffer, &inputBuffer)
        body(&buffer)
        swap(&buffer, &inputBuffer)
    }

    /// Returns an empty buffer for a request.
    func takeOutputBuffer() -> [UInt8] {
        var buffer: [UInt8] = []
        swap(&buffer, &outputBuffer)
        return buffer
    }

    /// Takes a buffer back after its request was sent. `buffer` is empty afterwards.
    func giveBackOutputBuffer(_ buffer: inout [UInt8]) {
        if buffer.capacity <= Self.maximumKeptOutput, buffer.capacity > outputBuffer.capacity {
            buffer.removeAll(keepingCapacity: true)
            swap(&buffer, &outputBuffer)
        }
        buffer = []
    }
}

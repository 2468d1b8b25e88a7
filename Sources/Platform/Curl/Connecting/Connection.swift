internal import CLibcurl
internal import EventLoop
internal import Sockets

/// A connection and the exchange on it. It writes the request once and reads the response. It is used only on the
/// thread of the loop.
///
/// The socket is watched from the moment when the connection is established until it is closed, in use or idle. A
/// change between the two needs no system call.
final class Connection {
    /// The maximum number of bytes of one read.
    static let inputBytes = 32 << 10

    let destination: Destination
    /// Its index among the client's busy connections; -1 if it is not busy.
    var place = -1
    /// When the connection became idle, on the clock of `EventLoop.now()`, and in which turn of the loop.
    var idleSince: UInt64 = 0
    var idleTurn: UInt64 = 0
    /// When the connection was established, on the clock of `EventLoop.now()`.
    private(set) var openedAt: UInt64 = 0

    private let handle: EasyHandle
    private let loop: EventLoop
    private unowned let client: CurlClient
    private var exchange: Exchange?
    private var socket: Int32 = -1
    private var watch: Watch?
    private var deadlineTimer: LoopTimer?
    /// The request. The part that the socket has not taken begins at `outputStart`. The bytes stay in place until all
    /// are taken.
    private var output: [UInt8] = []
    private var outputStart = 0
    /// Why the rest of the request could not be sent.
    private var sendFailure: CURLcode?

    init(_ handle: EasyHandle, _ destination: Destination, client: CurlClient) {
        self.handle = handle
        self.destination = destination
        self.client = client
        loop = client.loop
        destination.connectionCount += 1
        handle.connection = self
    }

    /// Closes the connection. The end of a client may call this on another thread. Closing the socket removes it from
    /// epoll then.
    func close() {
        if loop.isOnLoop {
            watch?.cancel()
            deadlineTimer?.cancel()
        }
        watch = nil
        deadlineTimer = nil
        handle.close()
    }

    deinit { destination.connectionCount -= 1 }
}

// MARK: - Connecting

extension Connection {
    /// Starts to connect, for an exchange.
    func open(
        for exchange: Exchange, by connector: Connector, _ trust: CurlLibrary.Trust, now: UInt64
    ) {
        self.exchange = exchange
        do throws(TransferError) {
            try handle.prepare(for: exchange, client.settings, trust, now: now)
            try connector.connect(handle)
        } catch {
            fail(error.code)
        }
    }

    /// Handles the result of the connector.
    func connected(_ code: CURLcode) {
        guard code == CURLE_OK else { return fail(code) }
        let now = EventLoop.now()
        guard let exchange, exchange.deadline > now else { return fail(CURLE_OPERATION_TIMEDOUT) }
        openedAt = now
        guard destination.isEncrypted || handle.takeSocket() else { return fail(CURLE_COULDNT_CONNECT) }
        socket = handle.plainSocket?.descriptor ?? handle.socket
        exchange.timings.connectNanoseconds = handle.connectNanoseconds
        exchange.timings.tlsNanoseconds = handle.tlsNanoseconds
        watch = loop.watch(socket, for: .read) { [weak self] readiness in self?.isReady(readiness) }
        begin()
    }
}

// MARK: - The request

extension Connection {
    /// Uses the idle connection for an exchange.
    func carry(_ exchange: Exchange) {
        self.exchange = exchange
        exchange.timings.reused = true
        begin()
    }

    private func begin() {
        setDeadlineTimer()
        output = client.takeOutputBuffer()
        outputStart = 0
        exchange?.takeRequest(into: &output)
        send()
    }

    private func send() {
        while outputStart < output.count {
            switch handle.send(output, from: outputStart) {
            case .bytes(let count): outputStart += count
            case .again: return watch?.update([.read, .write]) ?? ()
            case .end: return sendingFailed(CURLE_SEND_ERROR)
            case .failed(let code): return sendingFailed(code)
            }
        }
        dropOutput()
    }

    /// Handles a failed send. The server may have responded before it closed the connection, for example because the
    /// request is too large.
    private func sendingFailed(_ code: CURLcode) {
        dropOutput()
        sendFailure = code
        receive()
        if exchange != nil { fail(code) }
    }

    private func dropOutput() {
        watch?.update(.read)
        client.giveBackOutputBuffer(&output)
        outputStart = 0
    }

    private var hasOutput: Bool { !output.isEmpty }
}

// MARK: - The response

extension Connection {
    private func isReady(_ readiness: ReadyEvents) {
        guard exchange != nil else {
            if !isQuiet() { client.closeIdle(self) }
            return
        }
        if hasOutput, readiness.contains(.writable) { send() }
        guard exchange != nil, readiness != .writable else { return }
        receive()
        // Nothing more will arrive, and the loop would report the event in every turn.
        if exchange != nil, readiness.contains(.hangUp) || readiness.contains(.error) { fail(CURLE_RECV_ERROR) }
    }

    private func receive() {
        client.withInputBuffer { buffer in
            while exchange != nil {
                switch handle.receive(into: &buffer) {
                case .bytes(let count):
                    if let hasSurplus = received(buffer.span.extracting(0..<count)) {
                        return complete(hasSurplus: hasSurplus || destination.isEncrypted && hasInput(&buffer))
                    }
                    // The loop reports a plain socket that has more input.
                    if !destination.isEncrypted { return }
                case .again: return
                case .end: inputEnded()
                case .failed(let code): fail(sendFailure ?? code)
                }
            }
        }
    }

    /// Reads more of the response.
    /// - Returns: whether bytes follow the response; nil if it is not complete.
    private func received(_ input: Span<UInt8>) -> Bool? {
        var position = 0
        do throws(TransferError) {
            guard try exchange?.receive(input, at: &position, now: EventLoop.now()) == true else { return nil }
            return position < input.count
        } catch {
            fail(error.code)
            return nil
        }
    }

    private func inputEnded() {
        do throws(TransferError) {
            try exchange?.endOfInput()
            complete(hasSurplus: true)
        } catch {
            fail(sendFailure ?? error.code)
        }
    }
}

// MARK: - The end of an exchange

extension Connection {
    /// - Parameter hasSurplus: whether bytes or the end of the connection follow the response.
    private func complete(hasSurplus: Bool) {
        let now = EventLoop.now()
        guard let exchange = takeExchange() else { return }
        let keepsAlive = exchange.keepsAlive && !hasSurplus && !hasOutput && sendFailure == nil
        client.ended(self, keepsAlive: keepsAlive, now: now, exchange, exchange.takeResult(now: now))
    }

    /// Ends the exchange without a response, and closes the connection.
    func fail(_ code: CURLcode, isShutDown: Bool = false) {
        let now = EventLoop.now()
        guard let exchange = takeExchange() else { return }
        var transfer = FailedTransfer(
            code: code, url: exchange.template.key.url, verifyResult: handle.verifyResult, isConnected: openedAt > 0,
            isShutDown: isShutDown, detail: handle.detail)
        if destination.key.proxy != nil { transfer.proxyStatus = handle.proxyStatus }
        client.ended(self, keepsAlive: false, now: now, exchange, exchange.failure(transfer, now: now))
    }

    private func takeExchange() -> Exchange? {
        defer { exchange = nil }
        return exchange
    }

    /// Sets the timer for the deadline. The timer of an earlier exchange is kept if it fires early enough, because it
    /// then checks the deadline of the current exchange.
    private func setDeadlineTimer() {
        guard let deadline = exchange?.deadline else { return }
        if let deadlineTimer, deadlineTimer.isPending {
            guard deadlineTimer.deadline > deadline else { return }
            deadlineTimer.cancel()
        }
        deadlineTimer = loop.schedule(at: deadline) { [weak self] in self?.deadlineTimerFired() }
    }

    private func deadlineTimerFired() {
        guard let exchange else { return }
        if exchange.deadline <= EventLoop.now() { fail(CURLE_OPERATION_TIMEDOUT) } else { setDeadlineTimer() }
    }
}

// MARK: - While it is idle

extension Connection {
    /// Whether the idle connection can be used. While it is idle, the loop reports its end and unexpected bytes. Only
    /// in the turn in which it became idle the loop has not yet checked it.
    func isUsable(now: UInt64) -> Bool {
        guard now < idleSince + client.idleConnectionAge, now < openedAt + client.connectionLifetime else {
            return false
        }
        return loop.turns != idleTurn || handle.isSilent(socket) || isQuiet()
    }

    /// Whether nothing has arrived that ends the connection. TLS may have read something for itself, such as a ticket.
    private func isQuiet() -> Bool {
        guard destination.isEncrypted else { return false }
        var isQuiet = false
        client.withInputBuffer { buffer in isQuiet = !hasInput(&buffer) }
        return isQuiet
    }

    /// Whether bytes or the end of the connection have arrived.
    private func hasInput(_ buffer: inout [UInt8]) -> Bool {
        if case .again = handle.receive(into: &buffer) { false } else { true }
    }
}

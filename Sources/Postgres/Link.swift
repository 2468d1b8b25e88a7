internal import CLibpq
internal import EventLoop

/// One libpq connection driven by a loop: opening, waiting for the socket, and noticing its loss.
///
/// Its owner sends through `handle`, calls `flush()`, and reads results in `onInput`. On the loop's thread only.
/// The loop keeps an open link alive through its watch: `close()` ends that.
final class Link {
    private enum Phase { case new, opening, connecting, greeting, open, closed }

    let loop: EventLoop
    let settings: PostgresSettings
    /// libpq's connection while the link is connecting or open.
    private(set) var handle: OpaquePointer?

    /// Called when bytes have come in and libpq may have results or notifications.
    var onInput: () -> Void = {}
    /// Called when bytes that had to wait for the socket are all sent.
    var onDrain: () -> Void = {}
    /// Called once when an open link is lost, after which it is closed. Not called by `close()`.
    var onLoss: (PostgresError) -> Void = { _ in }
    /// Called for the server's notices, as text that may quote rows; dropped by default.
    var onNotice: ((String) -> Void)?

    private var phase = Phase.new
    private var watch: Watch?
    private var timer: LoopTimer?
    private var completion: ((PostgresError?) -> Void)?
    private var greeting = ""
    private var greetingError: PostgresError?
    /// What the server said as it ended the session while no statement was under way.
    private var farewell: PostgresError?

    init(loop: EventLoop, settings: PostgresSettings) {
        self.loop = loop
        self.settings = settings
    }

    var isOpen: Bool { phase == .open }

    /// Connects, sets the session up and runs `script`; then calls `completion`, with nil when all went well.
    func open(script: String = "", _ completion: @escaping (PostgresError?) -> Void) {
        precondition(phase == .new, "a link is opened once")
        phase = .opening
        self.completion = completion
        greeting = script.isEmpty ? settings.sessionScript : settings.sessionScript + "; " + script
        timer = loop.schedule(after: settings.connectTimeout) { [self] in
            fail(PostgresError(.connection, "no connection to \(settings) within \(settings.connectTimeout)"))
        }
        if !startLookUp(settings, loop) {
            loop.schedule(after: .zero) { [self] in
                fail(PostgresError(.overloaded, "too many host look-ups are under way"))
            }
        }
    }

    /// Ends the connection without a word to its owner. Again: nothing.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        timer?.cancel()
        timer = nil
        watch?.cancel()
        watch = nil
        completion = nil
        onInput = {}
        onDrain = {}
        onLoss = { _ in }
        onNotice = nil
        if let handle { PQfinish(handle) }
        handle = nil
    }

    /// Sends what libpq has buffered, as far as the socket takes it; the rest goes when it is writable.
    /// - Returns: true when nothing is left.
    @discardableResult
    func flush() -> Bool {
        guard let handle else { return true }
        let code = PQflush(handle)
        if code < 0 {
            // The server may have said why before it closed: reading tells.
            watch?.update([.read])
            return true
        }
        watch?.update(code == 0 ? [.read] : [.read, .write])
        return code == 0
    }

    /// Asks the server to cancel the statement under way, on a thread of its own because libpq's request blocks.
    func requestCancel() {
        guard let handle, let cancel = PQgetCancel(handle) else { return }
        nonisolated(unsafe) let request = cancel
        let hasStarted = DetachedThread.start {
            var buffer = [CChar](repeating: 0, count: 256)
            PQcancel(request, &buffer, Int32(buffer.count))
            PQfreeCancel(request)
        }
        if !hasStarted { PQfreeCancel(cancel) }
    }

    /// Ends the link because of what a statement's answer or a send showed.
    func lose(_ error: PostgresError) {
        guard phase == .open else { return }
        let onLoss = onLoss
        close()
        onLoss(error)
    }

    /// Ends the link because libpq refuses a call.
    func loseByLibpq() {
        lose(PostgresError(.connection, LinkOpening.message(of: handle)))
    }
}

// MARK: Opening

extension Link {
    private func startLookUp(_ settings: PostgresSettings, _ loop: EventLoop) -> Bool {
        // Only carried by the thread; touched on the loop alone.
        nonisolated(unsafe) let link = self
        return DetachedThread.start {
            let result = LinkOpening.start(settings)
            loop.execute { link.take(result) }
        }
    }

    private func take(_ result: Result<LinkOpening.Handle, PostgresError>) {
        switch result {
        case .failure(let error):
            if phase == .opening { fail(error) }
        case .success(let made):
            guard phase == .opening else { return PQfinish(made.pointer) }
            handle = made.pointer
            phase = .connecting
            // The receiver is called from inside libpq's calls, which this object makes, and so outlives.
            PQsetNoticeReceiver(made.pointer, { Link.receiveNotice($0, $1) }, Unmanaged.passUnretained(self).toOpaque())
            // Until the first poll, libpq wants the socket to be waited for as if it had said "writing".
            waitFor(.write)
        }
    }

    /// Waits for the socket, which libpq may have exchanged for another of the same number.
    private func waitFor(_ interest: Interest) {
        watch = loop.watch(PQsocket(handle), for: interest) { [self] readiness in advance(readiness) }
    }

    private func advance(_ readiness: Readiness) {
        switch phase {
        case .connecting: poll()
        case .greeting, .open: transfer(readiness)
        case .new, .opening, .closed: break
        }
    }

    private func poll() {
        // libpq may close the socket in the poll.
        watch?.cancel()
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: waitFor(.read)
        case PGRES_POLLING_WRITING: waitFor(.write)
        case PGRES_POLLING_OK: greet()
        default: fail(PostgresError(.connection, LinkOpening.message(of: handle)))
        }
    }

    private func greet() {
        phase = .greeting
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? "unknown"
        guard encoding == "UTF8" else {
            return fail(
                PostgresError(
                    .configuration,
                    "the database's encoding is \(encoding), and must be UTF8: make one with `createdb -E UTF8 -T template0 NAME`"
                ))
        }
        guard PQsetnonblocking(handle, 1) == 0, PQsendQuery(handle, greeting) == 1 else {
            return fail(PostgresError(.connection, LinkOpening.message(of: handle)))
        }
        waitFor(.read)
        flush()
    }

    private func readGreeting() {
        while phase == .greeting, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else { return finishOpening() }
            if let error = PostgresError(result: result) { greetingError = greetingError ?? error }
            PQclear(result)
        }
    }

    private func finishOpening() {
        if let greetingError { return fail(greetingError) }
        phase = .open
        timer?.cancel()
        timer = nil
        let completion = completion
        self.completion = nil
        completion?(nil)
    }

    private func fail(_ error: PostgresError) {
        guard phase != .closed, phase != .open else { return }
        let completion = completion
        close()
        completion?(error)
    }
}

// MARK: Transfer

extension Link {
    private func transfer(_ readiness: Readiness) {
        if readiness.contains(.writable), flush(), phase == .open { onDrain() }
        guard readiness != .writable else { return }
        guard PQconsumeInput(handle) == 1 else { return end() }
        if phase == .greeting { readGreeting() } else { onInput() }
    }

    /// The socket is at its end. What the server sent before is still there to be read.
    private func end() {
        if phase == .greeting {
            readGreeting()
            return fail(greetingError ?? farewell ?? PostgresError(.connection, LinkOpening.message(of: handle)))
        }
        let message = LinkOpening.message(of: handle)
        onInput()
        lose(farewell ?? PostgresError(.connection, message))
    }

    private static func receiveNotice(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
        guard let context, let result else { return }
        let link = Unmanaged<Link>.fromOpaque(context).takeUnretainedValue()
        let fields = PostgresError.ServerFields(result: result)
        if fields.isFatal { link.farewell = PostgresError(kind: .connection, fields: fields) }
        link.onNotice?(fields.message)
    }
}

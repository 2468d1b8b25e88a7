internal import CLibpq
internal import EventLoop

/// One libpq connection driven by a loop. It opens the connection, waits for the socket and notices its loss.
///
/// Its owner sends through `handle`, calls `flush()`, and reads results in `onInput`. Use it on the loop's thread only.
/// The loop keeps an open link alive through its watch until `close()`.
final class Link {
    private enum Phase { case new, opening, connecting, settingUp, open, closed }

    let loop: EventLoop
    let settings: PostgresSettings
    /// libpq's connection while the link is connecting or open.
    private(set) var handle: OpaquePointer?

    /// Called when bytes have arrived, so that libpq may have results or notifications.
    var onInput: () -> Void = {}
    /// Called when all bytes that had to wait for the socket are sent.
    var onDrain: () -> Void = {}
    /// Called once when an open link is lost. The link is closed by then. `close()` does not call it.
    var onLoss: (PostgresError) -> Void = { _ in }

    private var phase = Phase.new
    private var watch: Watch?
    private var timer: LoopTimer?
    private var completion: ((PostgresError?) -> Void)?
    private var setupScript = ""
    private var setupError: PostgresError?
    /// The error with which the server ended the session while no statement was running.
    private var terminationNotice: PostgresError?

    init(loop: EventLoop, settings: PostgresSettings) {
        self.loop = loop
        self.settings = settings
    }

    var isOpen: Bool { phase == .open }

    /// Connects, sets up the session and runs `script`. Then it calls `completion`, with nil on success.
    func open(script: String = "", _ completion: @escaping (PostgresError?) -> Void) {
        precondition(phase == .new, "a link is opened once")
        phase = .opening
        self.completion = completion
        setupScript = script.isEmpty ? settings.sessionScript : settings.sessionScript + "; " + script
        timer = loop.schedule(after: settings.connectTimeout) { [self] in
            fail(PostgresError(.connection, "no connection to \(settings) within \(settings.connectTimeout)"))
        }
        if !startLookUp(settings, loop) {
            loop.schedule(after: .zero) { [self] in
                fail(PostgresError(.overloaded, "too many host look-ups are running"))
            }
        }
    }

    /// Ends the connection without calling the owner. A second call does nothing.
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
        if let handle { PQfinish(handle) }
        handle = nil
    }

    /// Sends what libpq has buffered. If the socket is full, the rest goes when the socket is writable.
    /// - Returns: true if nothing is left.
    @discardableResult
    func flush() -> Bool {
        guard let handle else { return true }
        let code = PQflush(handle)
        if code < 0 {
            // The server may have sent the reason before it closed. The next read finds it.
            watch?.update([.read])
            return true
        }
        watch?.update(code == 0 ? [.read] : [.read, .write])
        return code == 0
    }

    /// Asks the server to cancel the running statement. libpq's request blocks, so it has a thread of its own.
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

    /// Ends the link because of an answer or a failed send.
    func lose(_ error: PostgresError) {
        guard phase == .open else { return }
        let onLoss = onLoss
        close()
        onLoss(error)
    }

    /// Ends the link because libpq refused a call.
    func loseByLibpq() {
        lose(PostgresError(.connection, LinkOpening.message(of: handle)))
    }
}

// MARK: Opening

extension Link {
    private func startLookUp(_ settings: PostgresSettings, _ loop: EventLoop) -> Bool {
        // The thread only passes the link on. Only the loop uses it.
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
            // Only libpq calls of this object call the receiver, so the object outlives it.
            PQsetNoticeReceiver(made.pointer, { Link.receiveNotice($0, $1) }, Unmanaged.passUnretained(self).toOpaque())
            // libpq requires a wait for "writable" before the first poll.
            waitFor(.write)
        }
    }

    /// Watches the socket. libpq may have replaced it by another socket of the same number.
    private func waitFor(_ interest: Interest) {
        watch = loop.watch(PQsocket(handle), for: interest) { [self] readiness in advance(readiness) }
    }

    private func advance(_ readiness: ReadyEvents) {
        switch phase {
        case .connecting: poll()
        case .settingUp, .open: transfer(readiness)
        case .new, .opening, .closed: break
        }
    }

    private func poll() {
        // libpq may close the socket in the poll.
        watch?.cancel()
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: waitFor(.read)
        case PGRES_POLLING_WRITING: waitFor(.write)
        case PGRES_POLLING_OK: setUpSession()
        default: fail(PostgresError(.connection, LinkOpening.message(of: handle)))
        }
    }

    private func setUpSession() {
        phase = .settingUp
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? "unknown"
        guard encoding == "UTF8" else {
            return fail(
                PostgresError(
                    .configuration,
                    "the database's encoding is \(encoding) but must be UTF8: run `createdb -E UTF8 -T template0 NAME`"
                ))
        }
        guard PQsetnonblocking(handle, 1) == 0, PQsendQuery(handle, setupScript) == 1 else {
            return fail(PostgresError(.connection, LinkOpening.message(of: handle)))
        }
        waitFor(.read)
        flush()
    }

    private func readSetup() {
        while phase == .settingUp, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else { return finishOpening() }
            if let error = PostgresError(result: result) { setupError = setupError ?? error }
            PQclear(result)
        }
    }

    private func finishOpening() {
        if let setupError { return fail(setupError) }
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
    private func transfer(_ readiness: ReadyEvents) {
        if readiness.contains(.writable), flush(), phase == .open { onDrain() }
        guard readiness != .writable else { return }
        guard PQconsumeInput(handle) == 1 else { return end() }
        if phase == .settingUp { readSetup() } else { onInput() }
    }

    /// The socket is at its end. Bytes that the server sent before can still be read.
    private func end() {
        if phase == .settingUp {
            readSetup()
            return fail(setupError ?? terminationNotice ?? PostgresError(.connection, LinkOpening.message(of: handle)))
        }
        let message = LinkOpening.message(of: handle)
        onInput()
        lose(terminationNotice ?? PostgresError(.connection, message))
    }

    private static func receiveNotice(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
        guard let context, let result else { return }
        let link = Unmanaged<Link>.fromOpaque(context).takeUnretainedValue()
        let fields = PostgresError.ServerFields(result: result)
        if fields.isFatal { link.terminationNotice = PostgresError(kind: .connection, fields: fields) }
    }
}

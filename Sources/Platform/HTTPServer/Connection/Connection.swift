import Bytes
import EventLoop
import HTTP1
import Sockets

/// One connection. It reads its socket, parses requests, and performs the actions of its ``ConnectionStateMachine``.
///
/// It is used only on the loop of its group.
final class Connection {
    let socket: StreamSocket
    let group: ConnectionGroup
    var machine: ConnectionStateMachine
    private var parser: RequestParser
    private var watch: Watch?
    private(set) var isClosed = false
    /// The time of the last event, in nanoseconds of the monotonic clock.
    private(set) var now: UInt64 = 0

    /// Input that arrived while a request was running. The bytes before `waitingStart` have been parsed.
    private var waiting: [UInt8] = []
    private var waitingStart = 0
    /// All input of a surplus connection, for the connection that takes the socket over.
    private var surplusInput: [UInt8] = []

    /// Bytes of responses. The socket has taken those before `outputStart`.
    var output: [UInt8] = []
    var outputStart = 0
    private var isConsuming = false
    /// Whether responses are collected while more input is parsed, so that pipelined responses are sent together.
    private(set) var gathersOutput = false

    /// The number of the request that the responder has, even if its client has disconnected.
    private var runningNumber: UInt64?
    private var isResponding = false
    /// A response that was given before `respond` returned.
    private var earlyResponse: ServerResponse?
    /// The source of the current response's body, if it is sent in pieces.
    var stream: ResponseStream?
    /// Whether the stream's pieces are the whole response: ``ServerResponse/isUnframed``.
    var streamIsUnframed = false
    /// How many bytes of a response in pieces the client had not taken at the last check; nil before the first piece.
    var untakenBytes: Int?

    init(_ socket: StreamSocket, group: ConnectionGroup, machine: ConnectionStateMachine) {
        self.socket = socket
        self.group = group
        self.machine = machine
        parser = RequestParser(limits: group.limits)
    }

    var shared: ServerShared { group.shared }

    func updateNow() { now = EventLoop.now() }
}

// MARK: - Events of the socket

extension Connection {
    /// Begins to watch the socket.
    /// - Parameter input: the bytes that were already read from it.
    func begin(with input: [UInt8]) {
        watch = group.loop.watch(socket.descriptor, for: .read) { [unowned self] readiness in ready(readiness) }
        guard !input.isEmpty else { return }
        updateNow()
        received(input, input.count)
        settle()
    }

    private func ready(_ readiness: ReadyEvents) {
        updateNow()
        if readiness.contains(.writable) { flush() }
        if watch?.interest.contains(.read) == true {
            // After a hang-up the input that arrived before it is read first. Then reading returns the end.
            if readiness != .writable { read() }
        } else if !readiness.isDisjoint(with: [.hangUp, .error]) {
            disconnect()
        }
        settle()
    }

    private func read() {
        guard !isClosed else { return }
        group.withInput { buffer in
            switch socket.read(into: &buffer) {
            case .bytes(let count): received(buffer, count)
            case .wouldBlock: break
            case .end: perform(machine.inputEnded())
            case .broken: disconnect()
            }
        }
    }

    private func received(_ buffer: [UInt8], _ count: Int) {
        if machine.dropsInput { return perform(machine.drop(count)) }
        if machine.admission == .surplus { surplusInput += buffer[..<count] }
        guard machine.takesInput, !machine.inputIsWaiting else { return keep(buffer[..<count]) }
        let position = consume(buffer, from: 0, to: count)
        if position < count { keep(buffer[position..<count]) }
    }

    /// Keeps input for later, unless the connection drops it.
    private func keep(_ input: ArraySlice<UInt8>) {
        guard !machine.dropsInput, !isClosed else { return }
        waiting.append(contentsOf: input)
        machine.inputIsWaiting = true
    }

    /// Parses the waiting input until the state machine takes no more.
    private func resume() {
        guard !isConsuming else { return }
        if machine.inputIsWaiting, machine.takesInput {
            let input = waiting
            machine.inputIsWaiting = false
            waitingStart = consume(input, from: waitingStart, to: input.count)
            machine.inputIsWaiting = waitingStart < input.count && !machine.dropsInput && !isClosed
        }
        if !machine.inputIsWaiting {
            waiting = []
            waitingStart = 0
        }
        if machine.inputHasEnded, machine.takesInput { perform(machine.inputEnded()) }
    }

    /// Parses input and performs the resulting actions, until the state machine takes no more.
    /// - Returns: the position after the parsed input.
    private func consume(_ input: [UInt8], from start: Int, to end: Int) -> Int {
        isConsuming = true
        defer { isConsuming = false }
        let input = input.span.extracting(0..<end)
        var position = start
        repeat {
            do throws(ParseError) {
                try parse(input, &position)
            } catch {
                perform(machine.failed(HTTPRequestError(error, shared.configuration)))
            }
            gathersOutput = false
            if machine.phase == .declined { perform(machine.readCompleted(now: now)) }
            if hasOutput { flush() }
            // A response that delayed the next request may have been written by now.
        } while machine.takesInput && position < end
        return position
    }

    private func parse(_ input: Span<UInt8>, _ position: inout Int) throws(ParseError) {
        while machine.takesInput {
            let event = try parser.next(input, at: &position)
            gathersOutput = position < input.count
            switch event {
            case .head(let head): perform(machine.received(head, now: now))
            case .body(let range): perform(machine.received(input.extracting(range), now: now))
            case .end: perform(machine.receivedEnd(now: now))
            case .needsInput:
                if !parser.isBetweenRequests { machine.receivedFragment(now: now) }
                return
            }
        }
    }

    /// Ends the handling of an event: updates what the loop watches the socket for.
    func settle() {
        guard !isClosed else { return }
        var interest: Interest = machine.wantsInput ? .read : []
        if hasOutput { interest.insert(.write) }
        watch?.update(interest)
    }
}

// MARK: - Events of the server

extension Connection {
    /// Checks the deadline. The group calls it at intervals.
    func checkDeadline(now: UInt64) {
        guard now >= machine.deadline else { return }
        self.now = now
        if machine.awaitsClient, clientTookBytes() { return machine.clientMadeProgress(now: now) }
        perform(machine.checkDeadline(now: now))
        settle()
    }

    /// The server stops: closes the connection if it has no request.
    func closeIfIdle() {
        updateNow()
        perform(machine.closeIfIdle(now: now))
    }

    /// Closes an idle connection, because another request needs its slot.
    func evictIdle() { perform(machine.evictIdle()) }

    /// Closes a surplus connection, because another one needs its descriptor. The client gets 503 if the socket takes
    /// it at once.
    func evictSurplus() {
        updateNow()
        perform(machine.refuseSurplus())
        guard !isClosed else { return }
        dropInput()
        perform(machine.evictSurplus())
    }

    /// Reads and drops waiting input. Closing a socket with unread input sends a reset, which can destroy the 503.
    private func dropInput() {
        group.withInput { buffer in
            for _ in 0..<Self.readsBeforeEviction {
                guard case .bytes = socket.read(into: &buffer) else { return }
            }
        }
    }

    private static let readsBeforeEviction = 4

    /// Closes the connection at once. An incomplete response in pieces ends with a reset, so that its client notices.
    func abort() {
        if stream != nil { perform(machine.streamAborted()) }
        disconnect()
    }
}

// MARK: - Actions

extension Connection {
    func perform(_ action: consuming ConnectionStateMachine.Action) {
        switch consume action {
        case .nothing: break
        case .sendContinue: write(Self.continueResponse)
        case .respond(let request, let number): respond(to: request, number)
        case .respondFromHead(let response, let number):
            shared.metrics.requests.add(1)
            if let delay = response.delay { answer(number, response, after: delay) } else { answer(number, response) }
        case .refuse(let fault, let path):
            shared.metrics.refusedRequests[fault.status]?.add(1)
            if case .tooManyConnections = fault { shared.metrics.refusedConnections.add(1) }
            let refusal = shared.responder.refuse(fault, path: path, headers: machine.refusedHeaders)
            perform(machine.refused(with: refusal, now: now))
        case .seekSlot: group.findSlot(for: leave())
        case .send(let response, let framing): send(response, framing)
        case .endStream(let framing): sendEnd(framing)
        case .closeOutput: socket.shutDownOutput()
        case .close(let reason):
            count(reason)
            close()
        }
    }

    private static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private func respond(to request: consuming ServerRequest, _ number: UInt64) {
        if machine.plan.tellsAddress { request.clientAddress = socket.peerAddress }
        shared.metrics.requests.add(1)
        shared.metrics.runningRequests.add(1)
        runningNumber = number
        isResponding = true
        let bound = LoopBound(self, loop: group.loop)
        let shared = shared
        // The closure must not hold the request, because it would keep the body in memory.
        let reservation = request.reservation
        shared.responder.respond(to: request) { response in
            reservation?.release()
            if bound.loop.isOnLoop {
                bound.value.reply(number, response)
            } else if !shared.execute(on: bound.loop, { bound.value.reply(number, response) }) {
                response.stream?.close()
            }
        }
        isResponding = false
        guard let response = earlyResponse else { return }
        earlyResponse = nil
        answer(number, response)
    }

    private func reply(_ number: UInt64, _ response: ServerResponse) {
        guard runningNumber == number else {
            response.stream?.close()
            return
        }
        runningNumber = nil
        if response.stream == nil { shared.metrics.runningRequests.add(-1) }
        guard !isResponding else { return earlyResponse = response }
        updateNow()
        answer(number, response)
        resume()
        settle()
    }

    private func answer(_ number: UInt64, _ response: ServerResponse) {
        if isClosed { shared.metrics.droppedResponses.add(1) }
        perform(machine.responded(number, with: response, serverIsClosing: shared.isClosing, now: now))
        if let stream = response.stream { begin(stream) }
    }

    /// Responds after a wait, unless the connection has ended by then.
    private func answer(_ number: UInt64, _ response: ServerResponse, after delay: ResponseDelay) {
        group.loop.schedule(after: delay.duration) { [self] in
            withExtendedLifetime(delay) {
                guard !isClosed else { return }
                updateNow()
                answer(number, response)
                resume()
                settle()
            }
        }
    }

    /// A response in pieces has ended: parses the waiting input.
    func streamEnded() { resume() }

    private func count(_ reason: ConnectionStateMachine.CloseReason) {
        switch reason {
        case .idle: shared.metrics.idleTimeouts.add(1)
        case .writeTimeout: shared.metrics.writeTimeouts.add(1)
        case .responseTimeout: shared.metrics.responseTimeouts.add(1)
        case .aborted: shared.metrics.abortedStreams.add(1)
        case .evicted where machine.isAdmitted: shared.metrics.evictedIdleConnections.add(1)
        case .evicted: shared.metrics.evictedSurplusConnections.add(1)
        case .clientGone, .lingered, .drained: break
        }
    }

    /// Closes a connection that is broken or no longer needed.
    func disconnect() {
        machine.closed()
        close()
    }

    /// Passes the open socket on to another connection.
    private func leave() -> SurplusSocket {
        isClosed = true
        watch?.cancel()
        watch = nil
        group.forget(self)
        return SurplusSocket(socket: socket, input: surplusInput)
    }

    /// Closes the socket. An incomplete response in pieces ends with a reset. Without it, an HTTP/1.0 client would take
    /// the end of the connection for the end of the body.
    private func close() {
        guard !isClosed else { return }
        isClosed = true
        watch?.cancel()
        watch = nil
        let isCut = stream != nil && !streamIsUnframed
        closeStream()
        if isCut { socket.reset() } else { socket.close() }
        group.remove(self)
        output = []
        outputStart = 0
        waiting = []
    }
}

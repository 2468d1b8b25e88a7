import Bytes
import EventLoop
import HTTP1
import Sockets

/// One connection: reads its socket, parses requests, and carries out what its ``ConnectionMachine`` decides.
///
/// It lives on the loop of its group and is never touched from elsewhere.
final class Connection {
    let socket: StreamSocket
    let group: ConnectionGroup
    var machine: ConnectionMachine
    private var parser: RequestParser
    private var watch: Watch?
    private(set) var isClosed = false
    /// The time of the last event, in nanoseconds of the monotonic clock.
    private(set) var now: UInt64 = 0

    /// Input that arrived while a request was in work. What is before `waitingStart` has been parsed.
    private var waiting: [UInt8] = []
    private var waitingStart = 0
    /// What was read from a surplus connection, for the one that takes the socket over.
    private var opening: [UInt8] = []

    /// Bytes of answers that the socket has not taken. What is before `outputStart` has been taken.
    var output: [UInt8] = []
    var outputStart = 0
    private var isConsuming = false
    /// Whether more of the input is parsed before answers are written, so that pipelined answers go out together.
    private(set) var gathersOutput = false

    /// The request that the responder has, whether or not its client is still there.
    private var runningNumber: UInt64?
    private var isResponding = false
    /// An answer given before `respond` returned.
    private var earlyAnswer: ServerResponse?
    /// Where the body of the answer under way comes from, when it goes out in pieces.
    var stream: ResponseStream?
    /// Whether the stream's client knows by the bytes themselves what is missing.
    var streamIsUnframed = false
    /// What the client had not yet taken of an answer in pieces when it was looked at last; nil before the first piece.
    var untakenBytes: Int?

    init(_ socket: StreamSocket, group: ConnectionGroup, machine: ConnectionMachine) {
        self.socket = socket
        self.group = group
        self.machine = machine
        parser = RequestParser(limits: group.limits)
    }

    var shared: ServerShared { group.shared }

    func lookAtClock() { now = EventLoop.now() }
}

// MARK: - Events of the socket

extension Connection {
    /// Begins to watch the socket.
    /// - Parameter input: what was already read from it.
    func begin(with input: [UInt8]) {
        watch = group.loop.watch(socket.descriptor, for: .read) { [unowned self] readiness in ready(readiness) }
        guard !input.isEmpty else { return }
        lookAtClock()
        received(input, input.count)
        settle()
    }

    private func ready(_ readiness: ReadyEvents) {
        lookAtClock()
        if readiness.contains(.writable) { flush() }
        if watch?.interest.contains(.read) == true {
            // A hang-up shows as the end of the input, after all that arrived before it.
            if readiness != .writable { read() }
        } else if !readiness.isDisjoint(with: [.hangUp, .error]) {
            breakOff()
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
            case .broken: breakOff()
            }
        }
    }

    private func received(_ buffer: [UInt8], _ count: Int) {
        if machine.dropsInput { return perform(machine.drop(count)) }
        if machine.admission == .surplus { opening += buffer[..<count] }
        guard machine.takesInput, !machine.inputIsWaiting else { return keep(buffer[..<count]) }
        let position = consume(buffer, from: 0, to: count)
        if position < count { keep(buffer[position..<count]) }
    }

    /// Keeps input for later, unless nothing is going to read it.
    private func keep(_ input: ArraySlice<UInt8>) {
        guard !machine.dropsInput, !isClosed else { return }
        waiting.append(contentsOf: input)
        machine.inputIsWaiting = true
    }

    /// Parses the input that waits, as far as the machine takes it.
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

    /// Parses input and performs what follows from it, until the machine takes no more.
    /// - Returns: the position up to which the input is used.
    private func consume(_ input: [UInt8], from start: Int, to end: Int) -> Int {
        isConsuming = true
        defer { isConsuming = false }
        let input = input.span.extracting(0..<end)
        var position = start
        repeat {
            do throws(ParseError) {
                try parse(input, &position)
            } catch {
                perform(machine.failed(ServerFault(error, shared.configuration)))
            }
            gathersOutput = false
            if machine.phase == .declined { perform(machine.readCompleted(now: now)) }
            if hasOutput { flush() }
            // An answer that held the next request back may have been written by now.
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

    /// What every event ends with: the watch waits for what is wanted from now on.
    func settle() {
        guard !isClosed else { return }
        var interest: Interest = machine.wantsInput ? .read : []
        if hasOutput { interest.insert(.write) }
        watch?.update(interest)
    }
}

// MARK: - Events of the server

extension Connection {
    /// Looks at the deadline; called now and then by the group.
    func timePassed(now: UInt64) {
        guard now >= machine.deadline else { return }
        self.now = now
        if machine.awaitsClient, clientTookBytes() { return machine.clientTook(now: now) }
        perform(machine.timePassed(now: now))
        settle()
    }

    /// The server stops: closes the connection if nothing is under way.
    func closeIfIdle() {
        lookAtClock()
        perform(machine.closeIfIdle(now: now))
    }

    /// Another request needs the place of this connection.
    func evictIdle() { perform(machine.evictIdle()) }

    /// Another surplus connection needs the descriptor of this one. The 503 goes out if the socket takes it at once.
    func evictSurplus() {
        lookAtClock()
        perform(machine.refuseSurplus())
        guard !isClosed else { return }
        dropInput()
        perform(machine.evictSurplus())
    }

    /// Reads what has arrived: closing a socket with unread input sends a reset, which can destroy the 503.
    private func dropInput() {
        group.withInput { buffer in
            for _ in 0..<Self.readsBeforeEviction {
                guard case .bytes = socket.read(into: &buffer) else { return }
            }
        }
    }

    private static let readsBeforeEviction = 4

    /// The server closes: the connection ends here. The client of an answer in pieces is to know that some are missing.
    func cut() {
        if stream != nil { perform(machine.streamAborted()) }
        breakOff()
    }
}

// MARK: - Actions

extension Connection {
    func perform(_ action: consuming ConnectionMachine.Action) {
        switch consume action {
        case .nothing: break
        case .sendContinue: write(Self.goAhead)
        case .respond(let request, let number): respond(to: request, number)
        case .answer(let response, let number):
            shared.statistics.requests.add(1)
            if let delay = response.delay { answer(number, response, after: delay) } else { answer(number, response) }
        case .refuse(let fault, let path):
            shared.statistics.refusedRequests[fault.status]?.add(1)
            if case .tooManyConnections = fault { shared.statistics.refusedConnections.add(1) }
            let refusal = shared.responder.refuse(fault, path: path, headers: machine.refusedHeaders)
            perform(machine.refused(with: refusal, now: now))
        case .seekPlace: group.findPlace(for: leave())
        case .send(let response, let framing): send(response, framing)
        case .endStream(let framing): sendEnd(framing)
        case .closeOutput: socket.shutDownOutput()
        case .close(let reason):
            count(reason)
            close()
        }
    }

    private static let goAhead = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private func respond(to request: consuming ServerRequest, _ number: UInt64) {
        if machine.plan.tellsAddress { request.clientAddress = socket.peerAddress }
        shared.statistics.requests.add(1)
        shared.statistics.runningRequests.add(1)
        runningNumber = number
        isResponding = true
        let bound = LoopBound(self, loop: group.loop)
        let shared = shared
        // Not the request, whose body must not live as long as this closure does.
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
        guard let response = earlyAnswer else { return }
        earlyAnswer = nil
        answer(number, response)
    }

    private func reply(_ number: UInt64, _ response: ServerResponse) {
        guard runningNumber == number else {
            response.stream?.close()
            return
        }
        runningNumber = nil
        if response.stream == nil { shared.statistics.runningRequests.add(-1) }
        guard !isResponding else { return earlyAnswer = response }
        lookAtClock()
        answer(number, response)
        resume()
        settle()
    }

    private func answer(_ number: UInt64, _ response: ServerResponse) {
        if isClosed { shared.statistics.droppedAnswers.add(1) }
        perform(machine.answered(number, with: response, serverIsClosing: shared.isClosing, now: now))
        if let stream = response.stream { begin(stream) }
    }

    /// Answers after a wait, unless the connection has ended by then.
    private func answer(_ number: UInt64, _ response: ServerResponse, after delay: ResponseDelay) {
        group.loop.schedule(after: delay.duration) { [self] in
            withExtendedLifetime(delay) {
                guard !isClosed else { return }
                lookAtClock()
                answer(number, response)
                resume()
                settle()
            }
        }
    }

    /// An answer in pieces has ended: the input that waited is read.
    func streamEnded() { resume() }

    private func count(_ reason: ConnectionMachine.CloseReason) {
        switch reason {
        case .idle: shared.statistics.idleTimeouts.add(1)
        case .writeTimeout: shared.statistics.writeTimeouts.add(1)
        case .answerTimeout: shared.statistics.answerTimeouts.add(1)
        case .aborted: shared.statistics.abortedStreams.add(1)
        case .evicted where machine.isAdmitted: shared.statistics.evictedIdleConnections.add(1)
        case .evicted: shared.statistics.evictedSurplusConnections.add(1)
        case .clientGone, .lingered, .drained: break
        }
    }

    /// The connection is broken, or is not wanted any longer.
    func breakOff() {
        machine.closed()
        close()
    }

    /// Leaves the open socket to another connection.
    private func leave() -> Applicant {
        isClosed = true
        watch?.cancel()
        watch = nil
        group.forget(self)
        return Applicant(socket: socket, input: opening)
    }

    /// Closes the socket. An answer in pieces that is not complete ends with a reset: without a length, a client of
    /// HTTP/1.0 would take a plain end for the end of the body.
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

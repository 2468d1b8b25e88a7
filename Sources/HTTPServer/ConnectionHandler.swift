import Bytes
import NIOCore
import NIOHTTP1

/// Carries out on a NIO channel what the ``ConnectionMachine`` of a connection decides.
///
/// It lives on the event loop of its channel and is never touched from elsewhere.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let shared: ServerShared
    private let group: ConnectionGroup
    var machine: ConnectionMachine
    var context: ChannelHandlerContext?
    var bound: NIOLoopBound<ConnectionHandler>?

    /// The request that the responder has, whether or not its client is still there.
    private var runningNumber: UInt64?
    /// An answer given before `respond` returned.
    private var earlyAnswer: (number: UInt64, response: ServerResponse)?
    /// Where the body of the answer under way comes from, when it goes out in pieces.
    var stream: ResponseStream?
    /// What waited in the channel of an answer in pieces when it was looked at last; nil before the first piece.
    var pendingBytes: Int?
    var isPerforming = false
    /// Actions that came up while another was performed; a few at most.
    private var deferred: [ConnectionMachine.Action] = []
    var hasUnflushedWrites = false
    /// The time of the last event, in nanoseconds of the monotonic clock.
    var now: UInt64 = 0
    private var readIsHeldBack = false
    private var hasReceivedPart = false
    private var buffer: ByteBuffer?
    private var writer = AnswerWriter()

    init(shared: ServerShared, group: ConnectionGroup, machine: ConnectionMachine) {
        self.shared = shared
        self.group = group
        self.machine = machine
    }
}

// MARK: - Channel events

extension ConnectionHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        lookAtClock()
        self.context = context
        bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        group.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        group.remove(self)
        machine.closed()
        closeStream()
        self.context = nil
        bound = nil
        buffer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        machine.closed()
        closeStream()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // One look at the clock serves all parts of a read.
        if !hasReceivedPart {
            hasReceivedPart = true
            lookAtClock()
        }
        let action = machine.received(unwrapInboundIn(data), now: now)
        // Most parts are only kept for the next.
        if case .nothing = action, machine.isGathering { return }
        perform(action)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReceivedPart {
            lookAtClock()
            machine.receivedFragment(now: now)
        } else if machine.phase == .declined {
            perform(machine.readCompleted(now: now))
        }
        hasReceivedPart = false
    }

    func read(context: ChannelHandlerContext) {
        if machine.wantsInput {
            context.read()
        } else {
            readIsHeldBack = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return }
        lookAtClock()
        perform(machine.inputEnded())
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable, !isPerforming else { return }
        lookAtClock()
        machine.canWrite(now: now)
        perform(.nothing)
        continueStream()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lookAtClock()
        switch error {
        case ByteToMessageDecoderError.dataReceivedInErrorState(_, let bytes):
            perform(machine.drop(bytes.readableBytes))
        case let error as HTTPParserError:
            perform(machine.failed(ServerFault(error, maximumHeaderBytes: shared.configuration.maximumHeaderBytes)))
        case is ByteToMessageDecoderError.PayloadTooLargeError:
            perform(machine.failed(.headersTooLarge(limit: shared.configuration.maximumHeaderBytes)))
        default:
            // A broken connection: there is nobody to tell.
            context.close(promise: nil)
        }
    }
}

// MARK: - Events of the server

extension ConnectionHandler {
    /// Looks at the deadline; called now and then by the group.
    func timePassed(now: UInt64) {
        guard now >= machine.deadline else { return }
        self.now = now
        if machine.awaitsClient, socketTookBytes() { return machine.clientTook(now: now) }
        perform(machine.timePassed(now: now))
    }

    /// The server stops: closes the connection if nothing is under way.
    func closeIfIdle() {
        lookAtClock()
        perform(machine.closeIfIdle(now: now))
    }

    /// The server closes: an answer that goes out in pieces ends here, and its client is to know.
    func cutStream() {
        if stream != nil { perform(machine.streamAborted()) }
    }
}

// MARK: - Actions

extension ConnectionHandler {
    func lookAtClock() { now = NIODeadline.now().uptimeNanoseconds }

    /// Performs an action and all that follow from it. A loop and not a recursion: a thousand pipelined requests that
    /// are answered at once must not need a thousand stack frames. What happens meanwhile waits for its turn.
    func perform(_ first: ConnectionMachine.Action) {
        guard !isPerforming else {
            if first != .nothing { deferred.append(first) }
            return
        }
        isPerforming = true
        var action: ConnectionMachine.Action? = first
        while let current = action {
            let followUp = performOne(current)
            action = followUp != .nothing ? followUp : nextAction()
        }
        flush()
        releaseRead()
        isPerforming = false
        if !deferred.isEmpty { perform(deferred.removeFirst()) }
    }

    private func nextAction() -> ConnectionMachine.Action? {
        if !deferred.isEmpty { return deferred.removeFirst() }
        if let (number, response) = earlyAnswer {
            earlyAnswer = nil
            return answered(number, response)
        }
        return machine.next(now: now)
    }

    private func performOne(_ action: ConnectionMachine.Action) -> ConnectionMachine.Action {
        switch action {
        case .nothing:
            break
        case .sendContinue:
            context?.writeAndFlush(
                wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        case .respond(let request, let number):
            respond(to: request, number: number)
        case .answer(let response, let number):
            shared.statistics.requests.add(1)
            return machine.answered(number, with: response, serverIsClosing: shared.isClosing, now: now)
        case .refuse(let fault, let path):
            shared.statistics.refusedRequests[fault.status]?.add(1)
            return machine.refused(with: shared.responder.refuse(fault, path: path), now: now)
        case .send(let response, let framing):
            send(response, framing)
        case .endStream(let framing):
            sendEnd(framing)
        case .closeOutput:
            context?.close(mode: .output, promise: nil)
        case .close(let reason):
            count(reason)
            close()
        }
        return .nothing
    }

    private func respond(to request: ServerRequest, number: UInt64) {
        guard let bound else { return }
        shared.statistics.requests.add(1)
        shared.statistics.runningRequests.add(1)
        runningNumber = number
        let eventLoop = bound.eventLoop
        let shared = self.shared
        // Not the request, whose body must not live as long as this closure does.
        let reservation = request.reservation
        shared.responder.respond(to: request) { response in
            reservation?.release()
            if eventLoop.inEventLoop {
                bound.value.reply(number, response)
            } else if !shared.execute(on: eventLoop, { bound.value.reply(number, response) }) {
                response.stream?.close()
            }
        }
    }

    private func reply(_ number: UInt64, _ response: ServerResponse) {
        guard runningNumber == number else {
            response.stream?.close()
            return
        }
        runningNumber = nil
        if response.stream == nil { shared.statistics.runningRequests.add(-1) }
        lookAtClock()
        if isPerforming {
            earlyAnswer = (number, response)
        } else {
            perform(answered(number, response))
        }
    }

    private func answered(_ number: UInt64, _ response: ServerResponse) -> ConnectionMachine.Action {
        if machine.phase == .closed { shared.statistics.droppedAnswers.add(1) }
        let action = machine.answered(number, with: response, serverIsClosing: shared.isClosing, now: now)
        if let stream = response.stream { begin(stream) }
        return action
    }

    private func send(_ response: ServerResponse, _ framing: AnswerFraming) {
        guard let context else { return }
        // Taken, not copied: a buffer that has two owners is made anew when it is cleared.
        var buffer = self.buffer.take() ?? context.channel.allocator.buffer(capacity: 1024)
        buffer.clear()
        writer.write(response, framing, to: &buffer)
        // The buffer serves the next answer too, if it is small and nobody holds it then.
        self.buffer = buffer.capacity <= 16 * 1024 ? buffer : nil
        if framing.connection == .close, machine.phase != .streaming {
            sendLast(buffer, context)
            return
        }
        context.write(wrapOutboundOut(buffer), promise: nil)
        hasUnflushedWrites = true
        if !context.channel.isWritable {
            flush()
            if !context.channel.isWritable { machine.cannotWrite(buffer.readableBytes, now: now) }
        }
    }

    func sendLast(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        hasUnflushedWrites = false
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { [self] in
            lookAtClock()
            perform(machine.flushed(now: now))
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
    }

    func flush() {
        guard hasUnflushedWrites else { return }
        hasUnflushedWrites = false
        context?.flush()
    }

    private func releaseRead() {
        guard readIsHeldBack, machine.wantsInput else { return }
        readIsHeldBack = false
        context?.read()
    }

    private func count(_ reason: ConnectionMachine.CloseReason) {
        switch reason {
        case .idle: shared.statistics.idleTimeouts.add(1)
        case .writeTimeout: shared.statistics.writeTimeouts.add(1)
        case .answerTimeout: shared.statistics.answerTimeouts.add(1)
        case .aborted: shared.statistics.abortedStreams.add(1)
        case .clientGone, .lingered, .drained: break
        }
    }
}

extension ServerFault {
    /// What the decoder's error means to the client.
    init(_ error: HTTPParserError, maximumHeaderBytes: Int) {
        switch error {
        case .headerOverflow: self = .headersTooLarge(limit: maximumHeaderBytes)
        case .invalidVersion: self = .versionUnsupported
        case .invalidEOFState, .closedConnection: self = .malformed(detail: "it ends too early")
        case .invalidMethod: self = .malformed(detail: "the method is unknown")
        case .invalidURL: self = .malformed(detail: "the request target is not a URI")
        case .invalidContentLength, .unexpectedContentLength:
            self = .malformed(detail: "Content-Length is wrong, given twice, or given with Transfer-Encoding")
        case .invalidChunkSize: self = .malformed(detail: "a chunk has a wrong size")
        case .invalidHeaderToken: self = .malformed(detail: "a header field has a character that is not allowed")
        default: self = .malformed(detail: "it is not HTTP/1.1")
        }
    }
}

import Glibc
import NIOCore

/// Answers whose body goes out in pieces. At most one piece is under way: the next is taken when the channel has
/// written enough of the one before.
extension ConnectionHandler {
    /// The answer under way has its body in a stream: takes its pieces from now on, if they are wanted.
    func begin(_ stream: ResponseStream) {
        guard machine.takesPieces, let bound else {
            stream.close()
            shared.statistics.runningRequests.add(-1)
            return
        }
        self.stream = stream
        limitUnsent()
        let (eventLoop, shared) = (bound.eventLoop, shared)
        stream.attach { [weak stream] in
            if !shared.execute(on: eventLoop, { bound.value.continueStream() }) { stream?.close() }
        }
        // The head goes first; pieces that were written before wait for it.
        shared.execute(on: eventLoop) { bound.value.continueStream() }
    }

    /// Writes what the stream has, as far as the channel takes it.
    func continueStream() {
        guard let stream, !isPerforming, let context else { return }
        lookAtClock()
        while machine.takesPieces {
            switch stream.nextStep() {
            case nil: return stream.takeMore()
            case .piece(let bytes):
                write(bytes, context)
            case .finish:
                return finishStream(context)
            case .abort:
                return perform(machine.streamAborted())
            }
        }
    }

    private func write(_ piece: [UInt8], _ context: ChannelHandlerContext) {
        defer { machine.wrotePiece(piece.count, canWriteMore: context.channel.isWritable, now: now) }
        // An empty chunk would be the end.
        guard !piece.isEmpty else { return }
        var buffer = context.channel.allocator.buffer(capacity: piece.count + 20)
        if machine.streamFraming?.body == .chunked { buffer.writeChunk(piece) } else { buffer.writeBytes(piece) }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        hasUnflushedWrites = false
        pendingBytes = channelBytes(context)
    }

    /// The most bytes of an answer in pieces that the kernel takes before it can send them.
    private static let maximumUnsentBytes = 128 * 1024

    /// Keeps the kernel from taking megabytes ahead: of a slow client nothing would be seen to move for minutes.
    private func limitUnsent() {
        guard let context, context.channel.localAddress?.protocol != .unix else { return }
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: CInt(TCP_NOTSENT_LOWAT)))
        context.channel.setOption(option, value: Self.maximumUnsentBytes).whenFailure { _ in }
    }

    private func channelBytes(_ context: ChannelHandlerContext) -> Int? {
        try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
    }

    /// Whether the socket has taken any of what waited in the channel when this was asked last, or was written since.
    func socketTookBytes() -> Bool {
        guard let context, let before = pendingBytes, let pending = channelBytes(context) else { return false }
        pendingBytes = pending
        return pending < before
    }

    private func finishStream(_ context: ChannelHandlerContext) {
        let action = machine.streamFinished(
            0, canWriteMore: context.channel.isWritable, serverIsClosing: shared.isClosing, now: now)
        closeStream()
        perform(action)
    }

    /// Writes what ends the body.
    func sendEnd(_ framing: AnswerFraming) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 8)
        if framing.body == .chunked { buffer.writeStaticString("0\r\n\r\n") }
        if framing.connection == .close {
            sendLast(buffer, context)
        } else {
            context.write(wrapOutboundOut(buffer), promise: nil)
            hasUnflushedWrites = true
        }
    }

    /// Nobody reads the body any more.
    func closeStream() {
        guard let stream else { return }
        self.stream = nil
        shared.statistics.runningRequests.add(-1)
        stream.close()
    }

    /// Closes the connection. An answer in pieces that is not complete ends with a reset: without a length, a client
    /// of HTTP/1.0 would take a plain end for the end of the body.
    func close() {
        guard let context else { return }
        if stream != nil {
            closeStream()
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }
}

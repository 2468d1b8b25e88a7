import EventLoop
import Sockets

/// Responses whose body is sent in pieces. At most one piece is pending: the connection takes the next when the socket
/// has taken the previous one.
extension Connection {
    /// How many unsent bytes of a response in pieces the kernel may hold. By default it would hold megabytes. A slow
    /// client would then show no progress for minutes.
    private static let maximumUnsentBytes: Int32 = 128 * 1024

    /// Starts to send the pieces of a stream, if the response has a body.
    func begin(_ stream: ResponseStream) {
        guard machine.takesPieces else {
            stream.close()
            shared.metrics.runningRequests.add(-1)
            return
        }
        self.stream = stream
        streamIsUnframed = machine.streamFraming?.body == .unframed
        socket.limitUnsentBytes(Self.maximumUnsentBytes)
        let bound = LoopBound(self, loop: group.loop)
        let shared = shared
        stream.attach { [weak stream] in
            if !shared.execute(on: bound.loop, { bound.value.streamHasSteps() }) { stream?.close() }
        }
        // Pieces may have been written before the response was given.
        shared.execute(on: group.loop) { bound.value.streamHasSteps() }
    }

    private func streamHasSteps() {
        guard !isClosed else { return }
        updateNow()
        continueStream()
        settle()
    }

    /// Writes the stream's pieces until the socket takes no more.
    func continueStream() {
        while let stream, machine.takesPieces {
            switch stream.nextStep() {
            case nil: return stream.takeMore()
            case .piece(let bytes): write(piece: bytes)
            case .finish: return finishStream()
            case .abort: return perform(machine.streamAborted())
            }
        }
    }

    private func write(piece: [UInt8]) {
        defer { machine.wrotePiece(piece.count, canWriteMore: !hasOutput, now: now) }
        // An empty chunk would end the body.
        guard !piece.isEmpty else { return }
        if machine.streamFraming?.body == .chunked {
            write(ResponseHeadWriter.chunkHead(piece.count), piece, Self.lineEnd)
        } else {
            write(piece)
        }
        untakenBytes = pendingCount + socket.unacknowledgedBytes
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    private func finishStream() {
        let action = machine.streamFinished(
            pendingCount, canWriteMore: !hasOutput, serverIsClosing: shared.isClosing, now: now)
        closeStream()
        perform(action)
        streamEnded()
    }

    /// Ends the stream of the current response.
    func closeStream() {
        guard let stream else { return }
        self.stream = nil
        shared.metrics.runningRequests.add(-1)
        stream.close()
    }

    /// Whether the client has taken any byte since the last call, or since the last piece was written.
    func clientTookBytes() -> Bool {
        guard let before = untakenBytes else { return false }
        let untaken = pendingCount + socket.unacknowledgedBytes
        untakenBytes = untaken
        return untaken < before
    }
}

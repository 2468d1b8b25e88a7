import EventLoop
import Sockets

/// Answers whose body goes out in pieces. At most one piece is under way: the next is taken when the socket has taken
/// the one before.
extension Connection {
    /// The most bytes of an answer in pieces that the kernel takes before it can send them. It would take megabytes, and
    /// of a slow client nothing would be seen to move for minutes.
    private static let maximumUnsentBytes: Int32 = 128 * 1024

    /// The answer under way has its body in a stream: takes its pieces from now on, if they are wanted.
    func begin(_ stream: ResponseStream) {
        guard machine.takesPieces else {
            stream.close()
            shared.statistics.runningRequests.add(-1)
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
        // Pieces may have been written before.
        shared.execute(on: group.loop) { bound.value.streamHasSteps() }
    }

    private func streamHasSteps() {
        guard !isClosed else { return }
        lookAtClock()
        continueStream()
        settle()
    }

    /// Writes what the stream has, as far as the socket takes it.
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
        // An empty chunk would be the end.
        guard !piece.isEmpty else { return }
        if machine.streamFraming?.body == .chunked {
            write(AnswerWriter.chunkHead(piece.count), piece, Self.lineEnd)
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

    /// The body is not wanted any longer.
    func closeStream() {
        guard let stream else { return }
        self.stream = nil
        shared.statistics.runningRequests.add(-1)
        stream.close()
    }

    /// Whether the client has taken anything since this was asked last, or since the last piece was written.
    func clientTookBytes() -> Bool {
        guard let before = untakenBytes else { return false }
        let untaken = pendingCount + socket.unacknowledgedBytes
        untakenBytes = untaken
        return untaken < before
    }
}

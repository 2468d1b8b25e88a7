import Bytes
import HTTP1
import Sockets

/// What goes out on a connection.
extension Connection {
    /// The most that pipelined answers gather before they are written, in bytes.
    private static let maximumGathered = 64 * 1024

    var hasOutput: Bool { !output.isEmpty }

    /// The bytes that the socket has not taken.
    var pendingCount: Int { output.count - outputStart }

    func send(_ response: ServerResponse, _ framing: AnswerFraming) {
        let body = group.writer.write(response, framing, now: now)
        write(group.writer.head, body)
        // Nothing follows the last answer, and pieces of a stream are written as they come.
        if machine.phase == .flushing || machine.phase == .streaming { flush() }
    }

    /// Writes what ends the body of an answer in pieces.
    func sendEnd(_ framing: AnswerFraming) {
        if framing.body == .chunked { write(Self.lastChunk) }
        flush()
    }

    private static let lastChunk = Array("0\r\n\r\n".utf8)

    /// Gives bytes to the socket, or keeps them if others wait already.
    func write(_ first: [UInt8], _ second: [UInt8] = [], _ third: [UInt8] = []) {
        guard !isClosed else { return }
        if hasOutput || gathersOutput {
            for run in [first, second, third] where !run.isEmpty { output.append(run.span) }
            if gathersOutput, pendingCount > Self.maximumGathered { flush() }
            return
        }
        let total = first.count + second.count + third.count
        guard total > 0 else { return }
        switch socket.write(first.span, second.span, third.span) {
        case .bytes(total): break
        case .bytes(let count): keepRest(after: count, [first, second, third])
        case .wouldBlock: keepRest(after: 0, [first, second, third])
        case .end, .broken: return breakOff()
        }
        wrote()
    }

    private func keepRest(after count: Int, _ runs: [[UInt8]]) {
        var count = count
        for run in runs {
            let taken = min(count, run.count)
            count -= taken
            output.append(run.span.extracting(taken..<run.count))
        }
    }

    /// Gives the socket what waits.
    func flush() {
        guard !isClosed else { return }
        guard hasOutput else { return wrote() }
        switch writeOutput() {
        case .bytes(let count): outputStart += count
        case .wouldBlock: break
        case .end, .broken: return breakOff()
        }
        if outputStart == output.count {
            // Small memory serves the next answer too.
            output.removeAll(keepingCapacity: output.capacity <= 16 * 1024)
            outputStart = 0
        }
        wrote()
    }

    private func writeOutput() -> StreamSocket.Transfer {
        // A local array outlives its span, which a stored one might not.
        let waiting = output
        let nothing: [UInt8] = []
        return socket.write(waiting.span.extracting(outputStart..<waiting.count), nothing.span, nothing.span)
    }

    /// Tells the machine what the socket has taken.
    private func wrote() {
        guard !hasOutput else { return machine.cannotWrite(pendingCount, now: now) }
        switch machine.phase {
        case .flushing: perform(machine.flushed(now: now))
        case .backedUp:
            machine.canWrite(now: now)
            streamEnded()
        case .stalled:
            machine.canWrite(now: now)
            continueStream()
        default: break
        }
    }
}

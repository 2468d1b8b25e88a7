import Bytes
import HTTP1
import Sockets

/// The output of a connection.
extension Connection {
    /// How many bytes of pipelined responses are collected before they are written.
    private static let maximumGathered = 64 * 1024

    var hasOutput: Bool { !output.isEmpty }

    /// The number of bytes that the socket has not taken.
    var pendingCount: Int { output.count - outputStart }

    func send(_ response: ServerResponse, _ framing: ResponseFraming) {
        let body = group.writer.write(response, framing, now: now)
        write(group.writer.head, body)
        // No other response follows the last one, and the pieces of a stream are written as they arrive.
        if machine.phase == .flushing || machine.phase == .streaming { flush() }
    }

    /// Writes the end of a response in pieces.
    func sendEnd(_ framing: ResponseFraming) {
        if framing.body == .chunked { write(Self.lastChunk) }
        flush()
    }

    private static let lastChunk = Array("0\r\n\r\n".utf8)

    /// Gives bytes to the socket. If earlier bytes still wait, it keeps them in `output`.
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
        case .end, .broken: return disconnect()
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

    /// Gives the waiting bytes to the socket.
    func flush() {
        guard !isClosed else { return }
        guard hasOutput else { return wrote() }
        switch writeOutput() {
        case .bytes(let count): outputStart += count
        case .wouldBlock: break
        case .end, .broken: return disconnect()
        }
        if outputStart == output.count {
            // A small buffer is reused for the next response.
            output.removeAll(keepingCapacity: output.capacity <= 16 * 1024)
            outputStart = 0
        }
        wrote()
    }

    private func writeOutput() -> StreamSocket.Transfer {
        // A span needs an array that cannot change meanwhile, so a local one.
        let waiting = output
        let nothing: [UInt8] = []
        return socket.write(waiting.span.extracting(outputStart..<waiting.count), nothing.span, nothing.span)
    }

    /// Reports to the state machine what the socket has taken.
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

/// Responses that the connection cannot write at once, and responses whose body is sent in pieces.
///
/// The total time of a stream has no limit. Each wait for a piece is limited (``Settings/responseTimeout``), and so is
/// each wait for the client to take bytes (``Settings/writeTimeout``). A client that always takes a byte in that time
/// is never disconnected.
extension ConnectionStateMachine {
    /// The connection cannot write the rest of a response now.
    mutating func cannotWrite(_ byteCount: Int, now: UInt64) {
        guard phase == .idle else { return }
        phase = .backedUp
        deadline = writeDeadline(byteCount, now: now)
    }

    /// The connection can write again.
    mutating func canWrite(now: UInt64) {
        switch phase {
        case .backedUp:
            phase = .idle
            deadline = now &+ settings.idleTimeout
        case .stalled:
            phase = .streaming
            deadline = now &+ settings.responseTimeout
        default: break
        }
    }

    /// The kernel has taken the last response.
    mutating func flushed(now: UInt64) -> Action {
        guard phase == .flushing else { return .nothing }
        guard !inputHasEnded else { return close(.lingered) }
        phase = .lingering
        deadline = now &+ (isAdmitted ? settings.lingerTimeout : min(settings.lingerTimeout, Self.refusalLingerTime))
        return .closeOutput
    }

    /// Whether the connection waits for the client to take bytes.
    var awaitsClient: Bool { phase == .backedUp || phase == .stalled || phase == .flushing }

    /// The client has taken some bytes, but the connection cannot write more yet.
    mutating func clientMadeProgress(now: UInt64) {
        guard awaitsClient else { return }
        deadline = now &+ settings.writeTimeout
    }

    func writeDeadline(_ byteCount: Int, now: UInt64) -> UInt64 {
        now &+ settings.writeTimeout &+ UInt64(byteCount / settings.minimumWriteRate) &* 1_000_000_000
    }

    /// Whether a piece may be written now.
    var takesPieces: Bool { phase == .streaming }

    mutating func beginStream(_ framing: ResponseFraming, now: UInt64) {
        streamFraming = framing
        phase = .streaming
        deadline = now &+ settings.responseTimeout
    }

    /// A piece has been given to the connection.
    /// - Parameter canWriteMore: whether the connection takes more at once.
    mutating func wrotePiece(_ byteCount: Int, canWriteMore: Bool, now: UInt64) {
        guard phase == .streaming else { return }
        if canWriteMore {
            deadline = now &+ settings.responseTimeout
        } else {
            phase = .stalled
            deadline = writeDeadline(byteCount, now: now)
        }
    }

    /// The last piece has been given to the connection.
    /// - Parameters:
    ///   - byteCount: how many bytes the connection still holds, at most.
    ///   - canWriteMore: whether the connection takes more at once.
    mutating func streamFinished(
        _ byteCount: Int, canWriteMore: Bool, serverIsClosing: Bool, now: UInt64
    ) -> Action {
        guard phase == .streaming || phase == .stalled, var framing = streamFraming else { return .nothing }
        streamFraming = nil
        // The head may have left the connection open. The server may close it all the same.
        if serverIsClosing || clientIsDone { framing.connection = .close }
        let keepsAlive = framing.connection != .close
        endResponse(keepsAlive: keepsAlive, byteCount: byteCount, now: now)
        if keepsAlive, !canWriteMore { cannotWrite(byteCount, now: now) }
        return .endStream(framing)
    }

    /// The body cannot be completed. The connection closes, so that the client sees that the body is incomplete.
    mutating func streamAborted() -> Action {
        guard phase == .streaming || phase == .stalled else { return .nothing }
        return close(.aborted)
    }
}

extension ServerResponse {
    /// Whether pieces of a body follow the head. A 204 and a 304 never have a body.
    var hasStreamedBody: Bool { stream != nil && status != 204 && status != 304 }
}

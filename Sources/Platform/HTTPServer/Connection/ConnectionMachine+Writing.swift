/// What becomes of an answer that the connection cannot write at once, and answers whose body goes out in pieces.
///
/// A stream has no limit on the time of the whole. There is one on each wait for a piece
/// (``Settings/answerTimeout``), and one on each wait for the client to take what is written
/// (``Settings/writeTimeout``): a client that takes a byte within it may go on for as long as it likes.
extension ConnectionMachine {
    /// The connection holds an answer of which it cannot write more now.
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
            deadline = now &+ settings.answerTimeout
        default: break
        }
    }

    /// The last answer has gone to the kernel.
    mutating func flushed(now: UInt64) -> Action {
        guard phase == .flushing else { return .nothing }
        guard !inputHasEnded else { return close(.lingered) }
        phase = .lingering
        deadline = now &+ (isAdmitted ? settings.lingerTimeout : min(settings.lingerTimeout, Self.refusalLingerTime))
        return .closeOutput
    }

    /// Whether it is the client that is waited for.
    var awaitsClient: Bool { phase == .backedUp || phase == .stalled || phase == .flushing }

    /// The client has taken something of what the connection holds, though not yet enough for more.
    mutating func clientTook(now: UInt64) {
        guard awaitsClient else { return }
        deadline = now &+ settings.writeTimeout
    }

    func writeDeadline(_ byteCount: Int, now: UInt64) -> UInt64 {
        now &+ settings.writeTimeout &+ UInt64(byteCount / settings.minimumWriteRate) &* 1_000_000_000
    }

    /// Whether a piece may be written now.
    var takesPieces: Bool { phase == .streaming }

    mutating func beginStream(_ framing: AnswerFraming, now: UInt64) {
        streamFraming = framing
        phase = .streaming
        deadline = now &+ settings.answerTimeout
    }

    /// A piece has been given to the connection.
    /// - Parameter canWriteMore: whether the connection takes more at once.
    mutating func wrotePiece(_ byteCount: Int, canWriteMore: Bool, now: UInt64) {
        guard phase == .streaming else { return }
        if canWriteMore {
            deadline = now &+ settings.answerTimeout
        } else {
            phase = .stalled
            deadline = writeDeadline(byteCount, now: now)
        }
    }

    /// The last piece has been given to the connection.
    /// - Parameters:
    ///   - byteCount: what the connection holds of it still, at most.
    ///   - canWriteMore: whether the connection takes more at once.
    mutating func streamFinished(
        _ byteCount: Int, canWriteMore: Bool, serverIsClosing: Bool, now: UInt64
    ) -> Action {
        guard phase == .streaming || phase == .stalled, var framing = streamFraming else { return .nothing }
        streamFraming = nil
        // The head may have promised more requests on this connection; that is no duty.
        if serverIsClosing || clientIsDone { framing.connection = .close }
        let keepsAlive = framing.connection != .close
        endAnswer(keepsAlive: keepsAlive, byteCount: byteCount, now: now)
        if keepsAlive, !canWriteMore { cannotWrite(byteCount, now: now) }
        return .endStream(framing)
    }

    /// The body cannot be completed: the client is to see that something is missing.
    mutating func streamAborted() -> Action {
        guard phase == .streaming || phase == .stalled else { return .nothing }
        return close(.aborted)
    }
}

extension ServerResponse {
    /// Whether pieces of a body follow the head; a 204 and a 304 never have any.
    var hasStreamedBody: Bool { stream != nil && status != 204 && status != 304 }
}

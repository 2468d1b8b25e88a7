import Locks

/// The body of a response, written in pieces while the client reads it.
///
/// One task writes, from any thread. Each ``write(_:)`` waits until the connection can take more. So at most one piece
/// and the socket's own buffer are pending. The task ends the body once, with ``finish()`` or ``abort()``.
package final class ResponseStream: Sendable {
    /// A piece could not be written, because nobody reads the body. The client has disconnected or stalled, asked for
    /// no body (`HEAD`), or the server has closed.
    package struct ClosedError: Error, Sendable, Equatable, CustomStringConvertible {
        /// For logs.
        package var description: String { "nobody reads the response any longer" }
    }

    /// The connection's next action.
    enum Step: Equatable {
        case piece([UInt8])
        case finish
        case abort
    }

    private struct State {
        var steps: [Step] = []
        var writers: [CheckedContinuation<Bool, Never>] = []
        /// Makes the connection read the steps.
        var wake: (@Sendable () -> Void)?
        var isEnded = false
    }

    private let state = Locked(State())

    /// Makes a stream for a ``ServerResponse``. Pieces that are written before the response is given wait.
    package init() {}

    /// Writes a piece of the body. It returns when the connection can take another one.
    ///
    /// An empty piece writes nothing. It restarts the time limit of the wait for a piece, and shows whether the client
    /// still reads.
    ///
    /// - Throws: ``ClosedError`` if nobody reads the body.
    package func write(_ bytes: [UInt8]) async throws(ClosedError) {
        let isTaken = await withCheckedContinuation { continuation in
            let wake = state.withLock { state -> (@Sendable () -> Void)? in
                guard !state.isEnded else { return { continuation.resume(returning: false) } }
                state.steps.append(.piece(bytes))
                state.writers.append(continuation)
                return state.wake
            }
            wake?()
        }
        guard isTaken else { throw ClosedError() }
    }

    /// Writes a piece without waiting. The caller limits how much it writes, and does not use ``write(_:)`` too.
    package func put(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        add(.piece(bytes))
    }

    /// Ends the body. The client sees that it is complete.
    package func finish() { add(.finish) }

    /// Resets the connection, so that the client sees that the body is incomplete.
    package func abort() { add(.abort) }

    private func add(_ step: Step) {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.isEnded else { return nil }
            state.steps.append(step)
            return state.wake
        }
        wake?()
    }
}

// MARK: - The connection's side

extension ResponseStream {
    /// Connects the stream to its connection.
    /// - Parameter wake: makes the connection read the steps. It may be called from any thread.
    func attach(wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    /// The next action; nil if there is none.
    func nextStep() -> Step? {
        state.withLock { $0.steps.isEmpty ? nil : $0.steps.removeFirst() }
    }

    /// Resumes the writers whose pieces the connection has taken.
    func takeMore() {
        for writer in state.withLock({ state in
            // Each remaining piece has a writer that continues to wait.
            let waiting = state.steps.count { if case .piece = $0 { true } else { false } }
            let served = state.writers.dropLast(waiting)
            state.writers.removeFirst(served.count)
            return served
        }) { writer.resume(returning: true) }
    }

    /// Ends the stream, because nobody reads it. Present and later writers get ``ClosedError``.
    func close() {
        let writers = state.withLock { state in
            defer { state = State(isEnded: true) }
            return state.writers
        }
        for writer in writers { writer.resume(returning: false) }
    }
}

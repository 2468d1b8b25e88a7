import Locks

/// The body of a response, written in pieces while the client reads it.
///
/// One task writes, from any thread: each ``write(_:)`` waits until the connection can take more, so that what is on
/// its way is bounded by a piece and the channel's own buffer. It ends with ``finish()`` or ``abort()``, once.
public final class ResponseStream: Sendable {
    /// Why a piece could not be written: nobody reads the body (any longer). The client has gone or stalled, wanted no
    /// body (`HEAD`), or the server has closed.
    public struct Closed: Error, Sendable, Equatable, CustomStringConvertible {
        /// For logs.
        public var description: String { "nobody reads the response any longer" }
    }

    /// What the connection is to do next.
    enum Step: Equatable {
        case piece([UInt8])
        case finish
        case abort
    }

    private struct State {
        var steps: [Step] = []
        var writers: [CheckedContinuation<Bool, Never>] = []
        /// Makes the connection look for steps.
        var wake: (@Sendable () -> Void)?
        var isEnded = false
    }

    private let state = Locked(State())

    /// Makes a stream that is to be given as part of a ``ServerResponse``. What is written before waits.
    public init() {}

    /// Writes a piece of the body; returns when the connection can take another one. An empty piece writes nothing: it
    /// says that the writer is still at work, and tells whether there is still a reader.
    public func write(_ bytes: [UInt8]) async throws(Closed) {
        let isTaken = await withCheckedContinuation { continuation in
            let wake = state.withLock { state -> (@Sendable () -> Void)? in
                guard !state.isEnded else { return { continuation.resume(returning: false) } }
                state.steps.append(.piece(bytes))
                state.writers.append(continuation)
                return state.wake
            }
            wake?()
        }
        guard isTaken else { throw Closed() }
    }

    /// Writes a piece without waiting for room. The caller bounds what it puts; ``write(_:)`` is not used beside this.
    package func put(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        add(.piece(bytes))
    }

    /// Ends the body: the client knows that it has all of it.
    public func finish() { add(.finish) }

    /// Cuts the connection, so that the client knows that something is missing.
    public func abort() { add(.abort) }

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
    /// The connection is there; `wake` makes it look for steps, from any thread.
    func attach(wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wake = wake }
    }

    /// What to do next; nil when nothing waits.
    func nextStep() -> Step? {
        state.withLock { $0.steps.isEmpty ? nil : $0.steps.removeFirst() }
    }

    /// The connection can take more: a writer goes on.
    func takeMore() {
        for writer in state.withLock({ state in
            // Those whose pieces have been taken; the others wait for their own.
            let waiting = state.steps.count { if case .piece = $0 { true } else { false } }
            let served = state.writers.dropLast(waiting)
            state.writers.removeFirst(served.count)
            return served
        }) { writer.resume(returning: true) }
    }

    /// Nobody reads any more: writers are told, now and from now on.
    func close() {
        let writers = state.withLock { state in
            defer { state = State(isEnded: true) }
            return state.writers
        }
        for writer in writers { writer.resume(returning: false) }
    }
}

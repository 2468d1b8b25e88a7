import Synchronization

/// What a server counts. Every figure may be read from any thread at any time.
package final class ServerStatistics: Sendable {
    /// A figure that several threads change.
    package final class Figure: Sendable {
        private let atomic = Atomic(0)

        init() {}

        /// What it is now.
        package var value: Int { atomic.load(ordering: .relaxed) }

        /// Changes it and says what it is then.
        @discardableResult
        func add(_ amount: Int) -> Int {
            atomic.wrappingAdd(amount, ordering: .relaxed).newValue
        }
    }

    /// Connections open now, those that are being refused among them.
    package let openConnections = Figure()
    /// Connections open now that are served.
    package let admittedConnections = Figure()
    /// Requests that a responder has and that are not answered yet, or whose answer is still written in pieces.
    package let runningRequests = Figure()
    /// Connections accepted so far.
    package let acceptedConnections = Figure()
    /// Connections refused so far because too many were open.
    package let refusedConnections = Figure()
    /// Idle connections closed so far because a request on a surplus connection needed their place.
    package let evictedIdleConnections = Figure()
    /// Surplus connections closed early so far because further ones came.
    package let evictedSurplusConnections = Figure()
    /// How often nothing could be accepted because descriptors or memory were used up.
    package let acceptShortages = Figure()
    /// Requests handed to the responder so far, and those that it answered when their head had arrived.
    package let requests = Figure()
    /// Requests that the server refused itself, by status: see ``ServerFault/status``.
    package let refusedRequests: [Int: Figure]
    /// Connections closed because they were idle for too long.
    package let idleTimeouts = Figure()
    /// Connections closed because the client did not read its answer in time.
    package let writeTimeouts = Figure()
    /// Connections closed because the responder did not answer in time.
    package let answerTimeouts = Figure()
    /// Answers dropped because their client had gone.
    package let droppedAnswers = Figure()
    /// Answers in pieces whose body could not be completed, by the responder's word or because the server closed.
    package let abortedStreams = Figure()

    init() {
        let statuses = [400, 408, 413, 414, 417, 431, 501, 503, 505]
        refusedRequests = Dictionary(uniqueKeysWithValues: statuses.map { ($0, Figure()) })
    }
}

import Synchronization

/// The counters and gauges of a server. Each may be read from any thread at any time.
package final class ServerMetrics: Sendable {
    /// A number that several threads change.
    package final class Counter: Sendable {
        private let atomic = Atomic(0)

        init() {}

        /// The current value.
        package var value: Int { atomic.load(ordering: .relaxed) }

        /// Adds `amount` and returns the new value.
        @discardableResult
        func add(_ amount: Int) -> Int {
            atomic.wrappingAdd(amount, ordering: .relaxed).newValue
        }
    }

    /// Connections open now, including those that are being refused.
    package let openConnections = Counter()
    /// Connections open now that have a slot.
    package let admittedConnections = Counter()
    /// Requests that a responder has not answered yet, or whose response is still written in pieces.
    package let runningRequests = Counter()
    /// Connections accepted so far.
    package let acceptedConnections = Counter()
    /// Connections refused so far because too many were open.
    package let refusedConnections = Counter()
    /// Idle connections closed so far because a request on a surplus connection needed their slot.
    package let evictedIdleConnections = Counter()
    /// Surplus connections closed early so far because further ones arrived.
    package let evictedSurplusConnections = Counter()
    /// How often accepting failed because descriptors or memory were exhausted.
    package let acceptShortages = Counter()
    /// Requests that the responder has received so far, including those that it answered by their head.
    package let requests = Counter()
    /// Requests that the server itself refused, by ``HTTPRequestError/status``.
    package let refusedRequests: [Int: Counter]
    /// Connections closed because they were idle for too long.
    package let idleTimeouts = Counter()
    /// Connections closed because the client did not read its response in time.
    package let writeTimeouts = Counter()
    /// Connections closed because the responder did not answer in time.
    package let responseTimeouts = Counter()
    /// Responses dropped because their client had disconnected.
    package let droppedResponses = Counter()
    /// Responses in pieces that the responder aborted, or that the server's closing cut.
    package let abortedStreams = Counter()

    init() {
        let statuses = [400, 408, 413, 414, 417, 431, 501, 503, 505]
        refusedRequests = Dictionary(uniqueKeysWithValues: statuses.map { ($0, Counter()) })
    }
}

public import Atomics

/// What a server counts. Every figure may be read from any thread at any time.
public final class ServerStatistics: Sendable {
    /// A figure that several threads may change.
    public typealias Figure = ManagedAtomic<Int>

    /// Connections open now.
    public let openConnections = Figure(0)
    /// Requests that a responder has and that are not answered yet.
    public let runningRequests = Figure(0)
    /// Connections accepted so far.
    public let acceptedConnections = Figure(0)
    /// Connections refused so far because too many were open.
    public let refusedConnections = Figure(0)
    /// Requests handed to the responder so far.
    public let requests = Figure(0)
    /// Requests that the server refused itself, by status: see ``ServerFault/status``.
    public let refusedRequests: [Int: Figure]
    /// Connections closed because they were idle for too long.
    public let idleTimeouts = Figure(0)
    /// Connections closed because the client did not read its answer in time.
    public let writeTimeouts = Figure(0)
    /// Connections closed because the responder did not answer in time.
    public let answerTimeouts = Figure(0)
    /// Answers dropped because their client had gone.
    public let droppedAnswers = Figure(0)

    init() {
        let statuses = [400, 408, 413, 414, 417, 431, 501, 503, 505]
        refusedRequests = Dictionary(uniqueKeysWithValues: statuses.map { ($0, Figure(0)) })
    }
}

extension ManagedAtomic<Int> {
    func add(_ amount: Int) {
        wrappingIncrement(by: amount, ordering: .relaxed)
    }

    var now: Int { load(ordering: .relaxed) }
}

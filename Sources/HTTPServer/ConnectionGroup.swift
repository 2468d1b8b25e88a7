import NIOCore

/// The connections of one event loop. One timer looks at all their deadlines, so that no request needs one of its own.
final class ConnectionGroup {
    private let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private var look: RepeatedTask?

    init(eventLoop: any EventLoop, interval: UInt64) {
        self.eventLoop = eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let delay = TimeAmount.nanoseconds(Int64(interval))
        look = eventLoop.scheduleRepeatedTask(initialDelay: delay, delay: delay) { _ in
            bound.value.lookAtDeadlines()
        }
    }

    func add(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = nil
    }

    /// Closes the connections on which nothing is under way.
    func closeIdle() {
        for connection in Array(connections.values) { connection.closeIfIdle() }
    }

    /// Cuts the answers that are written in pieces: the time to finish them is over.
    func cutStreams() {
        for connection in Array(connections.values) { connection.cutStream() }
    }

    /// Stops the timer, which keeps the group alive.
    func stop() {
        look?.cancel()
        look = nil
    }

    private func lookAtDeadlines() {
        let now = NIODeadline.now().uptimeNanoseconds
        // A copy, as a connection that closes leaves the table.
        for connection in Array(connections.values) { connection.timePassed(now: now) }
    }
}

import EventLoop
import Synchronization

/// The state that all connections of a server share.
final class ServerShared: Sendable {
    let configuration: HTTPServer.Configuration
    let responder: any Responder
    let metrics = ServerMetrics()
    let acceptGate = AcceptGate()
    private let closing = Atomic(false)
    private let stopped = Atomic(false)

    init(configuration: HTTPServer.Configuration, responder: any Responder) {
        self.configuration = configuration
        self.responder = responder
    }

    /// Takes one of the slots for connections; false if all are taken.
    func takeSlot() -> Bool {
        guard metrics.admittedConnections.add(1) > configuration.maximumConnections else { return true }
        metrics.admittedConnections.add(-1)
        return false
    }

    /// A connection has closed.
    func noteClosed(wasAdmitted: Bool) {
        if wasAdmitted { metrics.admittedConnections.add(-1) }
        metrics.openConnections.add(-1)
        acceptGate.noteRoom()
    }

    /// Whether every response closes its connection from now on.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    func announceClose() { closing.store(true, ordering: .relaxed) }

    /// Whether all connections are closed. Later responses are dropped, and the loops may end.
    var isStopped: Bool { stopped.load(ordering: .acquiring) }

    /// Notes that all connections are closed.
    func stop() { stopped.store(true, ordering: .releasing) }

    /// Runs `work` on a loop; false if the server is closed.
    @discardableResult
    func execute(on loop: EventLoop, _ work: @escaping @Sendable () -> Void) -> Bool {
        guard !isStopped else { return false }
        loop.execute(work)
        return true
    }
}

import Atomics
import NIOCore

/// What all connections of a server share.
final class ServerShared: Sendable {
    let configuration: HTTPServer.Configuration
    let responder: any Responder
    let statistics = ServerStatistics()
    private let closing = ManagedAtomic(false)
    private let stopped = ManagedAtomic(false)

    init(configuration: HTTPServer.Configuration, responder: any Responder) {
        self.configuration = configuration
        self.responder = responder
    }

    /// Whether every answer closes its connection from now on.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    func announceClose() { closing.store(true, ordering: .relaxed) }

    /// The event loops end: answers that come later have nowhere to go.
    func stop() { stopped.store(true, ordering: .releasing) }

    /// Runs `work` on an event loop; false when the loops have ended.
    @discardableResult
    func execute(on eventLoop: any EventLoop, _ work: @escaping @Sendable () -> Void) -> Bool {
        guard !stopped.load(ordering: .acquiring) else { return false }
        eventLoop.execute(work)
        return true
    }
}

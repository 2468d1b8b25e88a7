import Locks
import Synchronization

/// Tells the acceptor when it may continue.
///
/// If all connections are open and none can be closed, the next client waits in the kernel. So the process keeps the
/// file descriptors that its other parts need. Every member may be used from any thread.
final class AcceptGate: Sendable {
    private let isHeldBack = Atomic(false)
    private let resume = Locked<(@Sendable () -> Void)?>(nil)

    /// Sets the function that resumes the acceptor.
    func attach(_ resume: @escaping @Sendable () -> Void) { self.resume.withLock { $0 = resume } }

    /// Whether another connection may be accepted. If not, the acceptor is resumed when there is room.
    func mayAccept(open: ServerMetrics.Counter, limit: Int) -> Bool {
        guard open.value >= limit else { return true }
        isHeldBack.store(true, ordering: .sequentiallyConsistent)
        // Check again: a connection that closed before the store did not resume the acceptor.
        return open.value < limit && isHeldBack.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// A connection has closed, or one can be closed for another.
    func noteRoom() {
        guard isHeldBack.load(ordering: .sequentiallyConsistent),
            isHeldBack.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        resume.withLock { $0 }?()
    }
}

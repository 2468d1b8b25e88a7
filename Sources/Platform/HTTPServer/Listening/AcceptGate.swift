import Locks
import Synchronization

/// Tells the acceptor when it may continue. While the limit of open connections is reached and none can be closed, the
/// next client waits in the kernel. So the process keeps the file descriptors that its other parts need. Every member
/// may be used from any thread.
final class AcceptGate: Sendable {
    private let isHeldBack = Atomic(false)
    private let resume = Locked<(@Sendable () -> Void)?>(nil)

    /// Sets what makes the acceptor go on.
    func attach(_ resume: @escaping @Sendable () -> Void) { self.resume.withLock { $0 = resume } }

    /// Whether another connection may be accepted. If not, the acceptor is resumed when there is room.
    func mayAccept(open: ServerStatistics.Figure, limit: Int) -> Bool {
        guard open.value >= limit else { return true }
        isHeldBack.store(true, ordering: .sequentiallyConsistent)
        // A connection that has closed just now did not see that it is waited for.
        return open.value < limit && isHeldBack.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// A connection has closed, or one can be closed in favour of another.
    func noteRoom() {
        guard isHeldBack.load(ordering: .sequentiallyConsistent),
            isHeldBack.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        resume.withLock { $0 }?()
    }
}

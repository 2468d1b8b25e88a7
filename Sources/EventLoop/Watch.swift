/// A descriptor watched by a loop. On the loop's thread only.
///
/// Cancel it before closing the descriptor. A handler may cancel any watch, close descriptors and watch new ones with
/// the same number: an event that the kernel reported for the old one is not delivered to the new one.
public final class Watch {
    /// The watched descriptor.
    public let descriptor: Int32
    /// What it waits for now.
    public private(set) var interest: Interest

    /// What epoll reports events under: the descriptor, and a number that no other watch of the loop has.
    let token: UInt64
    private(set) var handler: ((Readiness) -> Void)?
    private let loop: EventLoop

    init(
        _ descriptor: Int32, _ interest: Interest, generation: UInt32, loop: EventLoop,
        handler: @escaping (Readiness) -> Void
    ) {
        self.descriptor = descriptor
        self.interest = interest
        self.loop = loop
        self.handler = handler
        token = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }

    /// Whether it still waits.
    public var isActive: Bool { handler != nil }

    /// Waits for something else from now on. Nothing happens if that is what it waits for, or if it is cancelled.
    public func update(_ interest: Interest) {
        loop.check()
        guard handler != nil, interest != self.interest else { return }
        self.interest = interest
        loop.change(self)
    }

    /// Ends the watch, and drops its handler. Again: nothing.
    public func cancel() {
        loop.check()
        guard handler != nil else { return }
        handler = nil
        loop.remove(self)
    }

    /// Drops the handler without touching epoll: the loop ends, or another watch took the descriptor over.
    func detach() { handler = nil }
}

/// Work to be done once at a time. On the loop's thread only.
public final class LoopTimer {
    /// When it is due, on the clock of `EventLoop.now()`.
    public let deadline: UInt64

    /// Orders timers of the same deadline by the order of their making.
    let sequence: UInt64
    /// Its place in the heap; -1 outside of it. The heap keeps it.
    var place = -1
    private var body: (() -> Void)?
    private let loop: EventLoop

    init(deadline: UInt64, sequence: UInt64, loop: EventLoop, body: @escaping () -> Void) {
        self.deadline = deadline
        self.sequence = sequence
        self.loop = loop
        self.body = body
    }

    /// Whether it has neither fired nor been cancelled.
    public var isPending: Bool { body != nil }

    /// Drops the work. Nothing happens if it is done or cancelled.
    public func cancel() {
        loop.check()
        guard body != nil else { return }
        body = nil
        loop.drop(self)
    }

    /// Takes the work out, so that it is done once.
    func take() -> (() -> Void)? {
        defer { body = nil }
        return body
    }
}

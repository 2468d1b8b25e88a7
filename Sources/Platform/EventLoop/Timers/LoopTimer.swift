/// Work that runs once at a given time. Use it on the loop's thread only.
package final class LoopTimer {
    /// The due time, on the clock of `EventLoop.now()`.
    package let deadline: UInt64

    /// Orders timers with the same deadline by their creation.
    let sequence: UInt64
    /// Its index in the heap, which maintains it; -1 outside the heap.
    var place = -1
    private var body: (() -> Void)?
    private let loop: EventLoop

    init(deadline: UInt64, sequence: UInt64, loop: EventLoop, body: @escaping () -> Void) {
        self.deadline = deadline
        self.sequence = sequence
        self.loop = loop
        self.body = body
    }

    /// True until it fires or is cancelled.
    package var isPending: Bool { body != nil }

    /// Drops the work. It has no effect on a timer that has fired or was cancelled.
    package func cancel() {
        loop.check()
        guard body != nil else { return }
        body = nil
        loop.drop(self)
    }

    /// Removes and returns the work, so that it runs once.
    func take() -> (() -> Void)? {
        defer { body = nil }
        return body
    }
}

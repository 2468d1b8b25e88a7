internal import EventLoop

/// A wait that another part of the loop can end early. For one waiter, on the loop's thread.
final class Pause {
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var continuation: UnsafeContinuation<Void, Never>?

    init(loop: EventLoop) { self.loop = loop }

    /// Waits so long, or until `end()`; not at all if `isOver` says so when the wait begins.
    func wait(_ duration: Duration, unless isOver: () -> Bool) async {
        await withUnsafeContinuation { continuation in
            // Looked at here and not before: others may run while the caller suspends.
            guard !isOver() else { return continuation.resume() }
            self.continuation = continuation
            timer = loop.schedule(after: duration) { [self] in end() }
        }
    }

    /// Ends a wait that is under way.
    func end() {
        timer?.cancel()
        timer = nil
        let continuation = continuation
        self.continuation = nil
        continuation?.resume()
    }
}

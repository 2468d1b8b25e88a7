/// One sleeping task. Only the loop's thread uses its state. It is `Sendable` so that a cancellation handler on another
/// thread can capture it.
final class Sleeper: @unchecked Sendable {
    private let loop: EventLoop
    private var continuation: UnsafeContinuation<Void, Never>?
    private var timer: LoopTimer?
    private var isWoken = false

    init(loop: EventLoop) { self.loop = loop }

    func start(after delay: Duration, _ continuation: UnsafeContinuation<Void, Never>) {
        guard !isWoken, !Task.isCancelled else { return continuation.resume() }
        self.continuation = continuation
        timer = loop.schedule(after: delay) { self.wake() }
    }

    /// Ends the sleep. The timer and a cancellation both call it, and the second call does nothing.
    func wake() {
        isWoken = true
        timer?.cancel()
        timer = nil
        continuation?.resume()
        continuation = nil
    }
}

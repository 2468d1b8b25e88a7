/// One sleeping task. Touched on the loop's thread only; `Sendable` so that a cancellation on another thread can name
/// it.
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

    /// Ends the sleep, by the timer or by a cancellation; the second of them does nothing.
    func wake() {
        isWoken = true
        timer?.cancel()
        timer = nil
        continuation?.resume()
        continuation = nil
    }
}

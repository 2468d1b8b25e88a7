internal import EventLoop

/// One who waits for the queue to be empty.
final class PendingFlush {
    var timer: LoopTimer?
    private let continuation: UnsafeContinuation<Bool, Never>

    init(_ continuation: UnsafeContinuation<Bool, Never>) { self.continuation = continuation }

    func end(_ isEmpty: Bool) {
        timer?.cancel()
        continuation.resume(returning: isEmpty)
    }
}

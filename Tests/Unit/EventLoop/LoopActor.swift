import EventLoop
import Glibc

/// An actor that lives on a loop, as a worker of the relay does.
actor LoopActor {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private(set) var notes: [String] = []
    private(set) var count = 0

    init(_ loop: EventLoop) { self.loop = loop }

    var isOnLoop: Bool { loop.isOnLoop }

    func note(_ text: String) { notes.append(text) }

    func increment() { count += 1 }

    /// Uses parts of the loop that trap off its thread.
    func napThenReport(_ delay: Duration) async -> Bool {
        await loop.sleep(for: delay)
        return loop.isOnLoop
    }

    func helped() async -> Bool { await helper(loop) }

    /// Runs `assumeIsolated` from a handler that knows nothing of the actor's isolation.
    func noteFromTimer(done: @escaping @Sendable () -> Void) {
        loop.schedule(after: .milliseconds(1)) {
            self.assumeIsolated { $0.note("timer") }
            done()
        }
    }
}

/// A helper that is not isolated: it stays on its caller's actor.
func helper(_ loop: EventLoop) async -> Bool { loop.isOnLoop }

/// The calling thread's name.
func threadName() -> String {
    let file = open("/proc/thread-self/comm", O_RDONLY)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self)
}

/// Runs `body` on the loop's thread and returns what it returns.
func on<Value: Sendable>(_ loop: EventLoop, _ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        loop.execute { continuation.resume(returning: body()) }
    }
}

/// A box for state that only one loop's thread touches.
final class OnLoop<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}

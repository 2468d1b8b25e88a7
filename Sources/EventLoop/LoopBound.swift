/// A value that lives on a loop's thread, under a name that other threads may hold.
///
/// Only the loop's thread may look at the value; any other traps. The last owner may be on any thread, so the value
/// must not need the loop to be released.
public struct LoopBound<Value>: @unchecked Sendable {
    /// The loop that the value lives on.
    public let loop: EventLoop
    private let bound: Value

    /// Binds a value to a loop.
    public init(_ value: Value, loop: EventLoop) {
        self.loop = loop
        bound = value
    }

    /// The value. On the loop's thread only.
    public var value: Value {
        loop.check()
        return bound
    }
}

extension EventLoop {
    /// Runs `body` on the loop's thread and waits for its result. The loop must not have ended.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            execute { continuation.resume(returning: body()) }
        }
    }
}

/// A value that lives on a loop's thread. Other threads may hold it, but not use it.
///
/// Access from another thread traps. The last reference may end on any thread, so the value's deinit must not need the
/// loop.
package struct LoopBound<Value>: @unchecked Sendable {
    /// The loop that the value lives on.
    package let loop: EventLoop
    @usableFromInline let bound: Value

    /// Binds a value to a loop.
    @inlinable
    package init(_ value: Value, loop: EventLoop) {
        self.loop = loop
        bound = value
    }

    /// The value. Use it on the loop's thread only.
    @inlinable
    package var value: Value {
        loop.check()
        return bound
    }
}

extension EventLoop {
    /// Runs `body` on the loop's thread and returns its result. The loop must not have ended.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            execute { continuation.resume(returning: body()) }
        }
    }
}

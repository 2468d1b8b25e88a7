import EventLoop
import Time

/// When a call began and when it must end, by the wall clock and by the monotonic clock.
struct CallClock: Sendable {
    /// Milliseconds since 1970.
    let startMilliseconds: Int64
    /// Monotonic nanoseconds.
    let start: UInt64
    /// Monotonic nanoseconds.
    let deadline: UInt64
    /// Milliseconds since 1970.
    let deadlineMilliseconds: Int64

    init(receivedAt: UInt64, timeout: Duration, wallClock: () -> Int64) {
        let now = EventLoop.now()
        let elapsed = now > receivedAt ? now - receivedAt : 0
        let timeoutNanoseconds = timeout.nanoseconds
        start = receivedAt
        startMilliseconds = wallClock() - Int64(elapsed / 1_000_000)
        deadline = receivedAt + timeoutNanoseconds
        deadlineMilliseconds = startMilliseconds + Int64(timeoutNanoseconds / 1_000_000)
    }

    /// A clock for the repeat of a call, which begins now and has what is left of the call's time.
    init(repeating clock: CallClock, wallClock: () -> Int64) {
        start = EventLoop.now()
        startMilliseconds = wallClock()
        deadline = clock.deadline
        deadlineMilliseconds = clock.deadlineMilliseconds
    }

    /// When the intent must be durable, in monotonic nanoseconds. The time after it is for TOP: a quarter of the call's
    /// time, but at most a second.
    var intentDeadline: UInt64 { deadline &- min((deadline &- start) / 4, 1_000_000_000) }

    /// Nanoseconds since the request arrived.
    var elapsed: UInt64 { EventLoop.now() - start }
}

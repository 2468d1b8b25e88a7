internal import CEventLoop
internal import Glibc
internal import Synchronization

/// Detects loops and timers that stop, from a thread of its own.
///
/// In each interval the watchdog posts a closure to every loop and expects it to run, and every loop fires a timer. A
/// loop is stalled when either is missing for `limit`. The thread uses no descriptor, no loop and no Swift concurrency,
/// so nothing that stalls a loop can stall the watchdog.
package final class LoopWatchdog: Sendable {
    /// The default time without a sign of life before a loop counts as stalled.
    package static let defaultLimit: Duration = .seconds(10)

    private let loops: [WatchedLoop]
    private let limit: Duration
    private let interval: Duration
    private let onStall: @Sendable (LoopStall) -> Void
    private let onRecovery: @Sendable (_ loop: String) -> Void
    private let isOver = Atomic<Bool>(false)

    /// A watchdog that does nothing until `start()`.
    /// - Parameters:
    ///   - limit: how long a sign of life may be missing. The watchdog checks ten times in this time, at most once a
    ///     second.
    ///   - onStall: called once for each stall, on the watchdog's thread.
    ///   - onRecovery: called when the named loop turns again, on the watchdog's thread.
    package init(
        _ loops: [EventLoop], limit: Duration = LoopWatchdog.defaultLimit,
        onStall: @escaping @Sendable (LoopStall) -> Void, onRecovery: @escaping @Sendable (_ loop: String) -> Void
    ) {
        self.loops = loops.map(WatchedLoop.init)
        self.limit = limit
        interval = min(.seconds(1), limit / 10)
        self.onStall = onStall
        self.onRecovery = onRecovery
    }

    /// The stalled loops, in the order of the initialiser. Safe from any thread.
    package var stalls: [LoopStall] { loops.compactMap(\.stall) }

    /// The number of stalls of each loop, by name. Safe from any thread.
    package var counts: [(loop: String, stalls: Int)] { loops.map { ($0.loop.name, $0.stalls) } }

    /// Starts the thread. It keeps the watchdog and its loops alive until `stop()`. Call it once.
    /// - Throws: if the system gives no thread.
    package func start() throws(EventLoopError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        // The thread takes over this reference.
        let reference = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, &attributes, { LoopWatchdog.threadBody($0) }, reference.toOpaque())
        guard code == 0 else {
            reference.release()
            throw EventLoopError("pthread_create", code: code)
        }
    }

    /// Ends the watch. There are no further reports, and the thread ends within one interval. Safe from any thread.
    package func stop() {
        isOver.store(true, ordering: .relaxed)
        for loop in loops { loop.end() }
    }

    private static func threadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let watchdog = Unmanaged<LoopWatchdog>.fromOpaque(argument).takeRetainedValue()
        loop_name_thread("watchdog")
        watchdog.run()
        return nil
    }

    private func run() {
        var meters = loops.map { _ in StallMeter(limit: limit, longestStep: interval * 2) }
        for loop in loops { loop.begin(every: interval) }
        var checkedAt = EventLoop.now()
        while !isOver.load(ordering: .relaxed) {
            for loop in loops { loop.post() }
            pause()
            let now = EventLoop.now()
            for index in loops.indices {
                check(loops[index], &meters[index], elapsed: .nanoseconds(Int64(now &- checkedAt)))
            }
            checkedAt = now
        }
    }

    private func check(_ watched: WatchedLoop, _ meter: inout StallMeter, elapsed: Duration) {
        let change = meter.check(watched.signs, elapsed: elapsed)
        guard !isOver.load(ordering: .relaxed) else { return }
        watched.set(meter.stalledPart, silence: meter.silence)
        switch change {
        case .none: break
        case .stalled:
            watched.countStall()
            if let stall = watched.stall { onStall(stall) }
        case .recovered: onRecovery(watched.loop.name)
        }
    }

    private func pause() {
        let (seconds, attoseconds) = interval.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
    }
}

internal import CEventLoop
internal import Glibc
internal import Synchronization

/// Notices when a loop or its timers stop turning, from a thread of its own.
///
/// Each interval the watchdog posts a closure to every loop and expects it to run, and every loop fires a timer. A loop
/// is stalled when either is missing for `limit`. The thread uses no descriptor, no loop and no Swift concurrency, so
/// nothing that stalls a loop stalls the watchdog.
package final class LoopWatchdog: Sendable {
    /// How long a loop may give no sign of life unless the initialiser says otherwise.
    package static let defaultLimit: Duration = .seconds(10)

    private let loops: [WatchedLoop]
    private let limit: Duration
    private let interval: Duration
    private let onStall: @Sendable (LoopStall) -> Void
    private let onRecovery: @Sendable (_ loop: String) -> Void
    private let isOver = Atomic<Bool>(false)

    /// A watchdog that does nothing until `start()`.
    /// - Parameters:
    ///   - limit: how long a sign of life may be missing. The loops are checked ten times in it, at most once a second.
    ///   - onStall: called on the watchdog's thread once for each stall.
    ///   - onRecovery: called on the watchdog's thread when the loop of that name turns again.
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

    /// The loops that are stalled now, in the order of the initialiser. From any thread.
    package var stalls: [LoopStall] { loops.compactMap(\.stall) }

    /// How many stalls each loop has had, by the loop's name. From any thread.
    package var counts: [(loop: String, stalls: Int)] { loops.map { ($0.loop.name, $0.stalls) } }

    /// Starts the thread, which keeps the watchdog and its loops alive until `stop()`. To be called once.
    ///
    /// Throws when the system gives no thread.
    package func start() throws(EventLoopError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        // The thread takes this reference over.
        let reference = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, &attributes, { LoopWatchdog.threadBody($0) }, reference.toOpaque())
        guard code == 0 else {
            reference.release()
            throw EventLoopError("pthread_create", code: code)
        }
    }

    /// Ends the watch: nothing is reported from now on. The thread ends within one interval. From any thread.
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

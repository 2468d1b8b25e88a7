internal import CEventLoop
internal import Glibc
internal import Synchronization

/// An epoll loop on a thread of its own, which is a Swift `SerialExecutor` and `TaskExecutor`: actors that name it as
/// their `unownedExecutor`, tasks started with `Task(executorPreference:)`, descriptor handlers and timers all run on
/// that one thread, one after the other, without locks.
///
/// A turn: wait for events, call the handlers of ready descriptors, fire the timers that are due, then run jobs (at
/// most `maximumJobsPerTurn`, so that a job that always enqueues itself cannot starve I/O). Jobs enqueued on the loop's
/// own thread run in the same turn and cost neither lock nor system call.
///
/// The thread keeps the loop alive: it ends by `shutdown()` alone. Nothing that runs on it may block.
public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// How many jobs and closures one turn runs before it looks at the descriptors again.
    public static let maximumJobsPerTurn = 1024
    /// How long `shutdown()` goes on running work that is already queued, in nanoseconds.
    static let drainLimit: UInt64 = 1_000_000_000
    /// How long `shutdown()` waits for the thread beyond that, in milliseconds.
    static let joinLimit: Int32 = 10_000
    /// The longest wait of one turn, in milliseconds.
    static let longestWait: UInt64 = 60_000

    /// The thread's name (the kernel shows 15 bytes of it).
    public let name: String

    let counters = LoopCounters()
    private let inbox = Inbox()
    private let poller: Poller
    private let isStopping = Atomic<Bool>(false)
    /// The thread has been joined. Guarded by `shutdownLock` as `thread` is.
    private var isOver = false
    private var thread = pthread_t()
    private let shutdownLock: UnsafeMutablePointer<pthread_mutex_t>

    // The loop's thread alone touches what follows.
    private var ready: ContiguousArray<Work> = []
    private var nextReady = 0
    /// The watch of each descriptor, at the descriptor's number.
    private var watches: [Watch?] = []
    private var generation: UInt32 = 0
    private var timers = TimerHeap()
    /// The timers that fire in this turn. Empty between turns; kept for its memory.
    private var dueTimers: [LoopTimer] = []
    private var timerSequence: UInt64 = 0

    /// Starts the thread.
    ///
    /// Throws when the system gives no descriptor or no thread.
    public init(name: String) throws(EventLoopError) {
        self.name = name
        poller = try Poller()
        shutdownLock = .allocate(capacity: 1)
        shutdownLock.initialize(to: pthread_mutex_t())
        pthread_mutex_init(shutdownLock, nil)
        ready.reserveCapacity(256)
        // The thread holds one reference to the loop; it gives it back when it ends.
        let reference = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, nil, { EventLoop.threadBody($0) }, reference.toOpaque())
        guard code == 0 else {
            isOver = true
            reference.release()
            throw EventLoopError("pthread_create", code: code)
        }
    }

    deinit {
        // Nobody can interrupt the loop any more, and its thread, which held a reference, has ended.
        poller.close()
        pthread_mutex_destroy(shutdownLock)
        shutdownLock.deallocate()
    }

    /// The monotonic clock, in nanoseconds. Deadlines are in it.
    public static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Whether the calling thread is the loop's.
    public var isOnLoop: Bool { loop_current() == Unmanaged.passUnretained(self).toOpaque() }

    /// Runs `work` on the loop's thread, in the order of the calls. From any thread. Dropped once the loop has ended.
    public func execute(_ work: @escaping @Sendable () -> Void) { enqueue(.closure(work)) }

    private func enqueue(_ work: Work) {
        if isOnLoop {
            ready.append(work)
        } else if inbox.put(work) {
            counters.wakeUps.wrappingAdd(1, ordering: .relaxed)
            poller.interrupt()
        }
    }

    /// Stops the loop: work that is queued is still run for up to 1 s, then watches, timers and the rest are dropped
    /// and the thread is joined. Tasks that are still suspended on the loop never go on: end them first.
    ///
    /// From any other thread; a second call waits for the first. Returns whether the thread has ended within 10 s
    /// more; a handler that blocks can keep it from doing so, and the thread is then left behind.
    @discardableResult
    public func shutdown() -> Bool {
        precondition(!isOnLoop, "an event loop cannot join its own thread")
        pthread_mutex_lock(shutdownLock)
        defer { pthread_mutex_unlock(shutdownLock) }
        guard !isOver else { return true }
        isStopping.store(true, ordering: .sequentiallyConsistent)
        poller.interrupt()
        isOver = loop_join(thread, EventLoop.joinLimit) == 0
        return isOver
    }
}

// MARK: Executor

extension EventLoop {
    /// Runs a piece of a task or actor on the loop's thread.
    public func enqueue(_ job: consuming ExecutorJob) { enqueue(.job(UnownedJob(job))) }

    /// The loop as an actor's executor.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Traps off the loop's thread. `assumeIsolated` in a handler asks it.
    public func checkIsolated() { check() }

    /// Whether the calling thread is the loop's. `assumeIsolated` in a handler asks it.
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    func check() { precondition(isOnLoop, "called off the event loop's thread") }
}

// MARK: Watches and timers, on the loop's thread

extension EventLoop {
    /// Calls `handler` on the loop's thread whenever the descriptor is ready (level triggered), until it is cancelled.
    ///
    /// One watch a descriptor: a new one takes the place of one whose descriptor was closed without a cancel. A
    /// descriptor that epoll refuses (a file, a closed one) is reported once, as `.error`. On the loop's thread only.
    public func watch(
        _ descriptor: Int32, for interest: Interest, _ handler: @escaping (Readiness) -> Void
    ) -> Watch {
        check()
        generation = generation == .max ? 1 : generation + 1
        let watch = Watch(descriptor, interest, generation: generation, loop: self, handler: handler)
        guard descriptor >= 0 else {
            report(watch)
            return watch
        }
        let index = Int(descriptor)
        while watches.count <= index { watches.append(nil) }
        watches[index]?.detach()
        watches[index] = watch
        if !poller.add(descriptor, interest, token: watch.token) { report(watch) }
        return watch
    }

    /// Does `body` once, `delay` from now (a millisecond later at most, on an idle loop). On the loop's thread only.
    @discardableResult
    public func schedule(after delay: Duration, _ body: @escaping () -> Void) -> LoopTimer {
        schedule(at: EventLoop.now().addingReportingOverflow(delay.loopNanoseconds).partialValue, body)
    }

    /// Does `body` once, at a time on the clock of `now()`. On the loop's thread only.
    @discardableResult
    public func schedule(at deadline: UInt64, _ body: @escaping () -> Void) -> LoopTimer {
        check()
        timerSequence &+= 1
        let timer = LoopTimer(deadline: deadline, sequence: timerSequence, loop: self, body: body)
        timers.insert(timer)
        return timer
    }

    /// Suspends the calling task, which must run on the loop, for `delay`; cancelling the task ends the sleep early.
    public func sleep(for delay: Duration, isolation: isolated (any Actor)? = #isolation) async {
        check()
        let sleeper = Sleeper(loop: self)
        await withTaskCancellationHandler {
            // An asynchronous closure stays on the caller's actor only if it captures the isolated parameter.
            _ = isolation
            await withUnsafeContinuation { sleeper.start(after: delay, $0) }
        } onCancel: {
            execute { sleeper.wake() }
        }
    }

    func change(_ watch: Watch) {
        guard owns(watch) else { return }
        if !poller.change(watch.descriptor, watch.interest, token: watch.token) { report(watch) }
    }

    func remove(_ watch: Watch) {
        guard owns(watch) else { return }
        watches[Int(watch.descriptor)] = nil
        poller.remove(watch.descriptor)
    }

    func drop(_ timer: LoopTimer) { timers.remove(timer) }

    private func owns(_ watch: Watch) -> Bool {
        let index = Int(watch.descriptor)
        return index >= 0 && index < watches.count && watches[index] === watch
    }

    /// Tells the watch of an error, once its maker has it in hand.
    private func report(_ watch: Watch) {
        schedule(at: 0) { watch.handler?(.error) }
    }
}

// MARK: The thread

extension EventLoop {
    private static func threadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        // Balances the `passRetained` of `init`.
        let loop = Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
        loop_name_thread(loop.name)
        loop_set_current(argument)
        loop.run()
        loop.end()
        loop_set_current(nil)
        return nil
    }

    private func run() {
        while !isStopping.load(ordering: .relaxed) {
            let count = poller.wait(milliseconds: waitMilliseconds())
            inbox.loopHasWoken()
            let start = EventLoop.now()
            dispatch(count)
            fireTimers(until: start)
            let jobs = drain()
            counters.endTurn(jobs: jobs, events: UInt64(count), nanoseconds: EventLoop.now() &- start)
        }
    }

    /// How long the next wait may last; -1 for ever, 0 when there is something to do.
    private func waitMilliseconds() -> Int32 {
        if nextReady < ready.count { return 0 }
        var milliseconds: Int32 = -1
        if let timer = timers.first {
            let now = EventLoop.now()
            guard timer.deadline > now else { return 0 }
            // Rounded up: a wait that ends before the deadline would spin until it.
            milliseconds = Int32(min((timer.deadline - now + 999_999) / 1_000_000, EventLoop.longestWait))
        }
        return inbox.mayLoopSleep() ? milliseconds : 0
    }

    private func dispatch(_ count: Int) {
        for index in 0..<count {
            let (token, readiness) = poller.event(at: index)
            let descriptor = Int(token & 0xFFFF_FFFF)
            // A handler before this one may have cancelled the watch, or watched a new descriptor of the same number.
            guard descriptor < watches.count, let watch = watches[descriptor], watch.token == token else { continue }
            watch.handler?(readiness)
        }
    }

    /// Fires every timer that was due when the turn began, whatever its handlers schedule or cancel meanwhile.
    ///
    /// The due timers are taken out of the heap first. A timer that a handler schedules waits for the next turn, so a
    /// handler that always schedules itself anew cannot keep the others from firing.
    private func fireTimers(until time: UInt64) {
        while let timer = timers.first, timer.deadline <= time {
            timers.remove(timer)
            dueTimers.append(timer)
        }
        guard !dueTimers.isEmpty else { return }
        // A handler may have cancelled a timer after it in the list: nothing is left to take then.
        for timer in dueTimers { timer.take()?() }
        dueTimers.removeAll(keepingCapacity: true)
    }

    private func drain() -> UInt64 {
        if nextReady == ready.count { clearReady() }
        inbox.take(into: &ready)
        let limit = nextReady + EventLoop.maximumJobsPerTurn
        let first = nextReady
        while nextReady < ready.count, nextReady < limit {
            let work = ready[nextReady]
            nextReady += 1
            switch work {
            case .job(let job):
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .closure(let body): body()
            }
        }
        let ran = UInt64(nextReady - first)
        if nextReady == ready.count { clearReady() } else { dropDone() }
        return ran
    }

    private func clearReady() {
        ready.removeAll(keepingCapacity: ready.capacity <= 65_536)
        nextReady = 0
    }

    /// Moves a long rest to the front, so that a queue that never empties does not grow for ever.
    private func dropDone() {
        ready.removeFirst(nextReady)
        nextReady = 0
    }

    /// Runs what is queued, within the limit, then drops everything on this thread.
    private func end() {
        let limit = EventLoop.now() + EventLoop.drainLimit
        while drain() > 0, EventLoop.now() < limit {}
        for watch in watches { watch?.detach() }
        watches = []
        for timer in timers.removeAll() { _ = timer.take() }
        ready = []
        nextReady = 0
    }
}

extension Duration {
    /// In nanoseconds; negative ones are 0, and those over a year a year.
    fileprivate var loopNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 31_536_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}

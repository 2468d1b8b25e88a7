internal import CEventLoop
internal import Glibc
internal import Synchronization
internal import Time

/// An epoll loop on a thread of its own. It is a Swift `SerialExecutor` and `TaskExecutor`.
///
/// Everything on the loop runs on its thread, one after the other and without locks. That includes actors with the loop
/// as `unownedExecutor`, tasks with it as executor preference, descriptor handlers, and timers.
///
/// A turn waits for events, calls the handlers of ready descriptors, fires due timers and runs jobs. It runs at most
/// `maximumJobsPerTurn` jobs, so a job that always enqueues itself cannot starve I/O. Jobs that are enqueued on the
/// loop's own thread run in the same turn, without a lock or a system call.
///
/// The thread keeps the loop alive until `shutdown()`. Nothing on the loop may block.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// The largest number of jobs and closures in one turn.
    package static let maximumJobsPerTurn = 1024
    /// How long `shutdown()` runs work that is already queued, in nanoseconds.
    static let drainLimit: UInt64 = 1_000_000_000
    /// How long `shutdown()` then waits for the thread, in milliseconds.
    static let joinLimit: Int32 = 10_000
    /// The longest wait of one turn, in milliseconds.
    static let longestWait: UInt64 = 60_000

    /// The thread's name. The kernel shows 15 bytes of it.
    package let name: String

    let metrics = LoopMetrics()
    private let inbox = Inbox()
    private let poller: Poller
    private let isStopping = Atomic<Bool>(false)
    /// Whether the thread has been joined. `shutdownLock` guards it and `thread`.
    private var isOver = false
    private var thread = pthread_t()
    private let shutdownLock: UnsafeMutablePointer<pthread_mutex_t>

    // Only the loop's thread uses the properties below.
    private var ready: ContiguousArray<Work> = []
    private var nextReady = 0
    /// The watches, indexed by descriptor.
    private var watches: [Watch?] = []
    private var generation: UInt32 = 0
    private var timers = TimerHeap()
    /// The timers that fire in this turn. It is empty between turns and keeps its memory.
    private var dueTimers: [LoopTimer] = []
    private var timerSequence: UInt64 = 0

    /// Starts the thread.
    /// - Throws: if the system gives no descriptor or no thread.
    package init(name: String) throws(EventLoopError) {
        self.name = name
        poller = try Poller()
        shutdownLock = .allocate(capacity: 1)
        shutdownLock.initialize(to: pthread_mutex_t())
        pthread_mutex_init(shutdownLock, nil)
        ready.reserveCapacity(256)
        // The thread holds this reference to the loop until it ends.
        let reference = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, nil, { EventLoop.threadBody($0) }, reference.toOpaque())
        guard code == 0 else {
            isOver = true
            reference.release()
            throw EventLoopError("pthread_create", code: code)
        }
    }

    deinit {
        // The thread held a reference and has ended, so nothing can interrupt the loop any more.
        poller.close()
        pthread_mutex_destroy(shutdownLock)
        shutdownLock.deallocate()
    }

    /// The monotonic clock, in nanoseconds. Deadlines use it.
    package static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Whether the calling thread is the loop's thread.
    package var isOnLoop: Bool { loop_current() == Unmanaged.passUnretained(self).toOpaque() }

    /// Runs `work` on the loop's thread, in the order of the calls. It is safe from any thread. A loop that has ended
    /// drops the work.
    package func execute(_ work: @escaping @Sendable () -> Void) { enqueue(.closure(work)) }

    private func enqueue(_ work: Work) {
        if isOnLoop {
            ready.append(work)
        } else if inbox.put(work) {
            metrics.wakeUps.wrappingAdd(1, ordering: .relaxed)
            poller.interrupt()
        }
    }

    /// Stops the loop. Queued work still runs for up to 1 s. Then watches, timers and remaining work are dropped, and
    /// the thread is joined. Tasks that are suspended on the loop never resume, so end them first.
    ///
    /// Call it from any other thread. A second call waits for the first.
    /// - Returns: whether the thread has ended within 10 s more. A handler that blocks can prevent that. Then the
    ///   thread is abandoned.
    @discardableResult
    package func shutdown() -> Bool {
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
    /// Runs a job of a task or an actor on the loop's thread.
    package func enqueue(_ job: consuming ExecutorJob) { enqueue(.job(UnownedJob(job))) }

    /// The loop as an actor's executor.
    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Traps on other threads. `assumeIsolated` calls it.
    package func checkIsolated() { check() }

    /// Whether the calling thread is the loop's thread. `assumeIsolated` calls it.
    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    @usableFromInline func check() { precondition(isOnLoop, "called off the event loop's thread") }
}

// MARK: Watches and timers, on the loop's thread

extension EventLoop {
    /// Calls `handler` on the loop's thread whenever the descriptor is ready, until the watch is cancelled. It is level
    /// triggered.
    ///
    /// A descriptor has one watch. A new watch replaces one whose descriptor was closed without a cancel. If epoll
    /// refuses the descriptor, as for a file or a closed one, the handler gets `.error` once. Call it on the loop's
    /// thread.
    package func watch(
        _ descriptor: Int32, for interest: Interest, _ handler: @escaping (ReadyEvents) -> Void
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

    /// Runs `body` once after `delay`. On an idle loop it is at most one millisecond late. Call it on the loop's
    /// thread.
    @discardableResult
    package func schedule(after delay: Duration, _ body: @escaping () -> Void) -> LoopTimer {
        schedule(at: EventLoop.now().addingReportingOverflow(delay.nanoseconds).partialValue, body)
    }

    /// Runs `body` once at a time on the clock of `now()`. Call it on the loop's thread.
    @discardableResult
    package func schedule(at deadline: UInt64, _ body: @escaping () -> Void) -> LoopTimer {
        check()
        timerSequence &+= 1
        let timer = LoopTimer(deadline: deadline, sequence: timerSequence, loop: self, body: body)
        timers.insert(timer)
        return timer
    }

    /// Suspends the calling task for `delay`. The task must run on the loop. Cancelling it ends the sleep early.
    package func sleep(for delay: Duration, isolation: isolated (any Actor)? = #isolation) async {
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

    /// Reports an error to the watch in the next turn, when the caller has the watch.
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
            metrics.endTurn(jobs: jobs, nanoseconds: EventLoop.now() &- start)
        }
    }

    /// The longest wait of the next turn. -1 means no limit, and 0 means that work is due.
    private func waitMilliseconds() -> Int32 {
        if nextReady < ready.count { return 0 }
        var milliseconds: Int32 = -1
        if let timer = timers.first {
            let now = EventLoop.now()
            guard timer.deadline > now else { return 0 }
            // Rounded up. A wait that ended before the deadline would spin until it.
            milliseconds = Int32(min((timer.deadline - now + 999_999) / 1_000_000, EventLoop.longestWait))
        }
        return inbox.mayLoopSleep() ? milliseconds : 0
    }

    private func dispatch(_ count: Int) {
        for index in 0..<count {
            let (token, readiness) = poller.event(at: index)
            let descriptor = Int(token & 0xFFFF_FFFF)
            // An earlier handler may have cancelled the watch, or watched a new descriptor of the same number.
            guard descriptor < watches.count, let watch = watches[descriptor], watch.token == token else { continue }
            watch.handler?(readiness)
        }
    }

    /// Fires every timer that was due when the turn began, whatever its handlers schedule or cancel.
    ///
    /// The due timers leave the heap first. A timer that a handler schedules waits for the next turn, so a handler that
    /// always reschedules itself cannot starve the others.
    private func fireTimers(until time: UInt64) {
        while let timer = timers.first, timer.deadline <= time {
            timers.remove(timer)
            dueTimers.append(timer)
        }
        guard !dueTimers.isEmpty else { return }
        // A handler may have cancelled a later timer of the list. Its body is gone then.
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

    /// Moves a long remainder to the front, so that a queue that never empties cannot grow without limit.
    private func dropDone() {
        ready.removeFirst(nextReady)
        nextReady = 0
    }

    /// Runs queued work within the limit, then drops everything else on this thread.
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

/// The system refused a descriptor or a thread, so a loop could not start.
package struct EventLoopError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system call that failed.
    package let operation: String
    /// Its `errno`.
    package let code: Int32

    init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// "epoll_create1 failed: errno 24".
    package var description: String { "\(operation) failed: errno \(code)" }
}

internal import Glibc
internal import Synchronization

/// Work from other threads for a loop. The work is in an array under a lock, and the loop swaps it for an empty array
/// once a turn. A flag tells whether the loop must be woken.
///
/// The lock is a pthread mutex, because ThreadSanitizer on Linux does not see `Synchronization.Mutex`.
final class Inbox: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private var waiting: ContiguousArray<Work> = []
    private let loopSleeps = Atomic<Bool>(false)

    init() {
        lock = .allocate(capacity: 1)
        lock.initialize(to: pthread_mutex_t())
        pthread_mutex_init(lock, nil)
        waiting.reserveCapacity(256)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Adds work, from any thread.
    /// - Returns: true if the caller must interrupt the loop's wait. Only one caller for each wait gets true.
    func put(_ work: Work) -> Bool {
        pthread_mutex_lock(lock)
        waiting.append(work)
        pthread_mutex_unlock(lock)
        return loopSleeps.load(ordering: .sequentiallyConsistent)
            && loopSleeps.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// Prepares the loop's wait.
    /// - Returns: false if work has arrived, so the loop must not wait.
    ///
    /// It sets the flag before it checks the array. A thread that adds work after the check sees the flag.
    func mayLoopSleep() -> Bool {
        loopSleeps.store(true, ordering: .sequentiallyConsistent)
        pthread_mutex_lock(lock)
        let isEmpty = waiting.isEmpty
        pthread_mutex_unlock(lock)
        if !isEmpty { loopHasWoken() }
        return isEmpty
    }

    /// Notes that the wait is over, so no thread must interrupt it.
    func loopHasWoken() { loopSleeps.store(false, ordering: .sequentiallyConsistent) }

    /// Appends the waiting work to `ready`. If `ready` is empty, the two arrays are swapped.
    func take(into ready: inout ContiguousArray<Work>) {
        pthread_mutex_lock(lock)
        if ready.isEmpty {
            swap(&ready, &waiting)
        } else if !waiting.isEmpty {
            ready.append(contentsOf: waiting)
            waiting.removeAll(keepingCapacity: true)
        }
        pthread_mutex_unlock(lock)
    }
}

/// An item of a loop's queue.
enum Work {
    /// A job of a Swift task or actor.
    case job(UnownedJob)
    case closure(@Sendable () -> Void)
}

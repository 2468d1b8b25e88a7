internal import Glibc
internal import Synchronization

/// Work that other threads hand to a loop: an array under a lock, which the loop swaps for an empty one once a turn,
/// and a flag that says whether the loop must be woken up.
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

    /// From any thread. True if the caller must interrupt the loop's wait: true for one caller only a wait.
    func put(_ work: Work) -> Bool {
        pthread_mutex_lock(lock)
        waiting.append(work)
        pthread_mutex_unlock(lock)
        return loopSleeps.load(ordering: .sequentiallyConsistent)
            && loopSleeps.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// The loop is about to wait. False: work has come in, do not wait.
    ///
    /// The flag is raised before the look: whoever puts work after the look sees the flag.
    func mayLoopSleep() -> Bool {
        loopSleeps.store(true, ordering: .sequentiallyConsistent)
        pthread_mutex_lock(lock)
        let isEmpty = waiting.isEmpty
        pthread_mutex_unlock(lock)
        if !isEmpty { loopHasWoken() }
        return isEmpty
    }

    /// The loop's wait is over: nobody has to interrupt it now.
    func loopHasWoken() { loopSleeps.store(false, ordering: .sequentiallyConsistent) }

    /// Moves the waiting work behind `ready`; the two arrays change places where `ready` is empty.
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

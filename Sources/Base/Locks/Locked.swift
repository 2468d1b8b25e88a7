public import Glibc

/// A value under a pthread lock. Copies share the value.
/// A value under a pthread lock. Copies share the value.
///
/// On Linux, ThreadSanitizer does not see `Synchronization.Mutex` and reports races that do not exist. It sees this
/// lock. The module imports nothing of the project, so that every module may use it.
package struct Locked<Value: Sendable>: @unchecked Sendable {
    @usableFromInline let storage: LockedStorage<Value>

    /// Makes an unlocked value.
    @inlinable
    package init(_ value: Value) { storage = .make(value) }

    /// Runs `body` with exclusive access to the value. `body` must be short and must not use the same lock.
    @inlinable
    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try storage.withLock(body)
    }
}

/// The value and its lock in one allocation. A lock must not move, so it lives in the buffer's elements.
@usableFromInline
final class LockedStorage<Value>: ManagedBuffer<Value, pthread_mutex_t> {
    @inlinable
    static func make(_ value: Value) -> LockedStorage {
        let buffer = create(minimumCapacity: 1) { _ in value }
        buffer.withUnsafeMutablePointerToElements { lock in
            lock.initialize(to: pthread_mutex_t())
            let code = pthread_mutex_init(lock, nil)
            precondition(code == 0, "pthread_mutex_init failed")
        }
        // `create` makes an instance of the class that it is called on.
        return unsafeDowncast(buffer, to: LockedStorage.self)
    }

    @inlinable
    func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeMutablePointers { (value, lock) throws(Failure) in
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            return try body(&value.pointee)
        }
    }

    deinit { withUnsafeMutablePointerToElements { _ = pthread_mutex_destroy($0) } }
}

#if canImport(Glibc)
    internal import Glibc
#endif
internal import Synchronization

/// A thread for one blocking operation that must not block a loop, such as a host look-up or a cancel request.
enum DetachedThread {
    /// The largest number of such threads. A look-up that hangs can outlive its connection.
    static let limit = 64

    private static let running = Atomic<Int>(0)

    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts the work. Returns false if too many threads are running or the system gives no thread.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard running.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            running.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        // The thread takes over this reference.
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(&thread, &attributes, { DetachedThread.run($0) }, work.toOpaque())
        guard code == 0 else {
            work.release()
            running.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    private static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        running.wrappingSubtract(1, ordering: .relaxed)
        return nil
    }
}

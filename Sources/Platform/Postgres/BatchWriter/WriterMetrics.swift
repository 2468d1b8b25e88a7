internal import Synchronization

/// What a batch writer counts. The writer's loop writes the counts, and any thread reads them.
public final class WriterMetrics: Sendable {
    /// One number with a single writer, so it needs no locked instruction.
    public struct Count: ~Copyable, Sendable {
        private let number = Atomic<Int>(0)

        /// The number now.
        public var value: Int { number.load(ordering: .relaxed) }

        func add(_ amount: Int) { number.store(value &+ amount, ordering: .relaxed) }
        func set(_ value: Int) { number.store(value, ordering: .relaxed) }
    }

    /// Requests that wait or are in flight, deferred ones included.
    public let queuedRequests = Count()
    /// The bytes of these requests.
    public let queuedBytes = Count()
    /// Requests that wait for a missing partition, table or permission.
    public let deferredRequests = Count()
    /// Committed transactions.
    public let batches = Count()
    /// Committed rows.
    public let rows = Count()
    /// Requests whose droppable columns were set to NULL because PostgreSQL refused their values.
    public let droppedColumns = Count()
    /// Requests that PostgreSQL refused for good.
    public let refused = Count()
    /// Requests that failed because no answer or connection came in time.
    public let expired = Count()
    /// Batches that were sent again, whole or in part.
    public let retries = Count()
    /// Requests that were rejected because the queue was full.
    public let full = Count()
    /// Connections that were lost or could not be made.
    public let losses = Count()

    /// All counts start at zero.
    public init() {}
}

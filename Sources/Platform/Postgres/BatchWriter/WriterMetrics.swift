internal import Synchronization

/// What a batch writer counts. The writer's loop writes the counts, and any thread reads them.
package final class WriterMetrics: Sendable {
    /// One number with a single writer, so it needs no locked instruction.
    package struct Count: ~Copyable, Sendable {
        private let number = Atomic<Int>(0)

        /// The number now.
        package var value: Int { number.load(ordering: .relaxed) }

        func add(_ amount: Int) { number.store(value &+ amount, ordering: .relaxed) }
        func set(_ value: Int) { number.store(value, ordering: .relaxed) }
    }

    /// Requests that wait or are in flight, deferred ones included.
    package let queuedRequests = Count()
    /// The bytes of these requests.
    package let queuedBytes = Count()
    /// Requests that wait for a missing partition, table or permission.
    package let deferredRequests = Count()
    /// Committed transactions.
    package let batches = Count()
    /// Committed rows.
    package let rows = Count()
    /// Requests whose droppable columns were set to NULL because PostgreSQL refused their values.
    package let droppedColumns = Count()
    /// Requests that PostgreSQL refused for good.
    package let refused = Count()
    /// Requests that failed because no answer or connection came in time.
    package let expired = Count()
    /// Batches that were sent again, whole or in part.
    package let retries = Count()
    /// Requests that were rejected because the queue was full.
    package let full = Count()
    /// Connections that were lost or could not be made.
    package let losses = Count()

    /// All counts start at zero.
    package init() {}
}

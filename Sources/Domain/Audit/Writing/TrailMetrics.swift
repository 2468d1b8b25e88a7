package import Postgres
package import Synchronization

/// The metrics of a trail writer. They may be read from any thread.
package final class TrailMetrics: Sendable {
    /// Completions that wait for their commit.
    package let queued = Atomic(0)
    /// Replies that were sent before their completion was committed.
    package let late = Atomic(0)
    /// Completions that were lost, because the queue was full or PostgreSQL refused the row.
    package let failed = Atomic(0)
    /// Full requests that were not kept, because they exceed the limit.
    package let tooLargeToSeal = Atomic(0)

    /// The metrics of the batch writer of intents.
    package let intentsWriter = WriterMetrics()
    /// The metrics of the batch writer of completions.
    package let outcomesWriter = WriterMetrics()
    /// The outages of the connections that write intents.
    package let intentsConnection = WriterOutage()
    /// The outages of the connections that write completions.
    package let outcomesConnection = WriterOutage()

    /// Makes metrics that are zero.
    package init() {}
}

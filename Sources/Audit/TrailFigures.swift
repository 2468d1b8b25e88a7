package import Postgres
public import Synchronization

/// What a trail writer counts; readable from any thread.
public final class TrailFigures: Sendable {
    /// Endings that wait for their commit.
    public let queued = Atomic(0)
    /// Replies that went out before their ending was committed.
    public let late = Atomic(0)
    /// Endings that were lost: the queue was full, or PostgreSQL refuses the row.
    public let failed = Atomic(0)
    /// Full requests that were not kept: over the limit.
    public let tooLargeToSeal = Atomic(0)

    /// What the writer of intents counts.
    package let intentsWriter = WriterMetrics()
    /// What the writer of outcome rows counts.
    package let outcomesWriter = WriterMetrics()
    /// The connections that write intents.
    package let intentsConnection = WriterOutage()
    /// The connections that write outcome rows.
    package let outcomesConnection = WriterOutage()

    /// All zero.
    public init() {}
}

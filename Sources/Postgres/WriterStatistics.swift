/// What a writer has done since its start, for metrics.
public struct WriterStatistics: Sendable, Equatable {
    /// Units that wait or are under way.
    public internal(set) var queuedUnits = 0
    /// Their bytes.
    public internal(set) var queuedBytes = 0
    /// Units put aside because the database lacks something: a partition, a table, a permission.
    public internal(set) var parkedUnits = 0
    /// Transactions committed.
    public internal(set) var batches = 0
    /// Rows committed.
    public internal(set) var rows = 0
    /// The rows of the last transaction.
    public internal(set) var lastBatchRows = 0
    /// Units written without their bodies.
    public internal(set) var sacrificed = 0
    /// Units given up because PostgreSQL refuses them.
    public internal(set) var refused = 0
    /// Units given up for want of an answer or a connection in time.
    public internal(set) var expired = 0
    /// Batches sent again, in whole or in part.
    public internal(set) var retries = 0
    /// Calls turned away because the queue was full.
    public internal(set) var full = 0
    /// Connections lost, or not made.
    public internal(set) var losses = 0
}

/// What a writer tells of as it happens, for logs.
public enum WriterEvent: Sendable {
    /// A connection takes batches.
    case connected
    /// A connection was lost or could not be made.
    case disconnected(PostgresError)
    /// The server refused a batch that goes again, in whole or in part.
    case retrying(PostgresError)
    /// A unit was refused, and goes again without its bodies.
    case sacrificed(PostgresError)
    /// Units wait until the database has what they need.
    case parked(PostgresError, units: Int)
    /// A unit was refused for good.
    case refused(PostgresError)
}

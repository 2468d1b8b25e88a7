/// How a `BatchWriter` treats its rows, and its limits.
public struct WriterConfiguration: Sendable {
    /// What happens to rows while PostgreSQL is away.
    public enum Mode: Sendable {
        /// They fail after `doubtWindow`. The caller needs an answer and can refuse its own request.
        case bounded
        /// They are kept and written later. They record something that has happened.
        case persistent
    }

    /// What happens to rows while PostgreSQL is away.
    public var mode: Mode
    /// The number of connections. With two, one fills while the other commits.
    public var connections: Int
    /// The largest number of requests that wait or are in flight.
    public var maximumRequests = 20_000
    /// The largest number of bytes that wait or are in flight.
    public var maximumBytes = 64 << 20
    /// The most rows in one transaction. A single request may have more.
    public var batchRows = 512
    /// The most bytes in one transaction. A single request may have more.
    public var batchBytes = 4 << 20
    /// Batches with at most this many requests go as prepared INSERTs in one round trip. Larger ones go by COPY in
    /// two, because COPY takes PostgreSQL less CPU from the third request on.
    public var insertRequests = 2
    /// Batches with more bytes go by COPY, whatever their number of requests.
    public var insertBytes = 64 << 10
    /// Bounded mode: how long rows in doubt are sent again, and how long rows wait for a connection.
    public var doubtWindow: Duration = .seconds(1)
    /// The longest time of a transaction. Then its connection is closed, and its rows are in doubt.
    public var commitTimeout: Duration = .seconds(5)
    /// The first wait after a failed attempt to connect or a transient refusal. It doubles each time.
    public var backOffMinimum: Duration = .milliseconds(50)
    /// The longest of these waits.
    public var backOffMaximum: Duration = .seconds(1)
    /// Persistent mode: how often deferred requests are sent again. They wait for a partition, table or permission.
    public var deferralInterval: Duration = .seconds(2)
    /// Persistent mode: how long requests are deferred before the writer gives up.
    public var deferralLimit: Duration = .seconds(600)

    /// A configuration with the default limits.
    public init(mode: Mode, connections: Int) {
        self.mode = mode
        self.connections = connections
    }
}

/// How a `GroupWriter` treats its rows, and its limits.
public struct WriterConfiguration: Sendable {
    /// What happens to rows while PostgreSQL is away.
    public enum Mode: Sendable {
        /// They fail after `doubtWindow`: the caller needs an answer, and can say no.
        case bounded
        /// They are kept and written when PostgreSQL is back: what they record has happened.
        case persistent
    }

    /// What happens to rows while PostgreSQL is away.
    public var mode: Mode
    /// How many connections write: with two, one fills while the other commits.
    public var connections: Int
    /// The most units that may wait or be under way.
    public var maximumUnits = 20_000
    /// The most bytes that may wait or be under way.
    public var maximumBytes = 64 << 20
    /// The most rows of one transaction (a single unit may have more).
    public var batchRows = 512
    /// The most bytes of one transaction (a single unit may have more).
    public var batchBytes = 4 << 20
    /// Up to so many units go as prepared INSERTs in one round trip, more by COPY in two. From the third unit on, COPY
    /// takes PostgreSQL less CPU.
    public var insertUnits = 2
    /// Batches of more bytes go by COPY whatever their number.
    public var insertBytes = 64 << 10
    /// Bounded mode: how long rows whose commit is in doubt are written again, and how long rows wait for a connection.
    public var doubtWindow: Duration = .seconds(1)
    /// How long a transaction may go without an answer; its connection is then closed, and its rows are in doubt.
    public var commitTimeout: Duration = .seconds(5)
    /// The first wait after a failed connect or a transient refusal; doubled each time.
    public var backOffMinimum: Duration = .milliseconds(50)
    /// The longest such wait.
    public var backOffMaximum: Duration = .seconds(1)
    /// Persistent mode: how long to wait before rows that only their surroundings keep out (a missing partition,
    /// table or permission) are tried again.
    public var parkInterval: Duration = .seconds(2)
    /// Persistent mode: how long such rows are kept before they are given up.
    public var parkedAtMost: Duration = .seconds(600)

    /// A configuration with the limits above.
    public init(mode: Mode, connections: Int) {
        self.mode = mode
        self.connections = connections
    }
}

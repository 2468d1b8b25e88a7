/// What a worker needs to know beside its parts.
public struct WorkerSettings: Sendable {
    /// Name of this process in the audit trail.
    public var replica: String
    /// The gateway of apps that name none.
    public var gatewayURL: String
    /// Certificates to trust instead of the system's.
    public var caFile: String?
    /// A call's time in all, from the arrival of its request.
    public var callTimeout: Duration
    /// The longest that a connection to TOP may take to stand.
    public var connectTimeout: Duration
    /// The most of TOP's answer, inflated, in bytes.
    public var maximumAnswerBytes: Int
    /// The calls that may be under way, of all workers that share it.
    public var callLimit: CallLimit
    /// How long a reply waits for the commit of its outcome row.
    public var outcomeWait: Duration
    /// The time of day, in milliseconds since 1970. Asked on the worker's loop alone.
    public var wallClock: @Sendable () -> Int64

    /// The contract's values, for a replica and a gateway.
    public init(replica: String, gatewayURL: String) {
        self.replica = replica
        self.gatewayURL = gatewayURL
        caFile = nil
        callTimeout = .seconds(30)
        connectTimeout = .seconds(5)
        maximumAnswerBytes = 10 << 20
        callLimit = CallLimit(4096)
        outcomeWait = .seconds(1)
        wallClock = WallClock.milliseconds
    }
}

import Time

/// What a worker needs to know beside its parts.
package struct WorkerSettings: Sendable {
    /// Name of this process in the audit trail.
    package var replica: String
    /// The gateway of apps that name none.
    package var gatewayURL: String
    /// Certificates to trust instead of the system's.
    package var caFile: String?
    /// A call's time in all, from the arrival of its request.
    package var callTimeout: Duration
    /// The longest that a connection to TOP may take to stand.
    package var connectTimeout: Duration
    /// The most of TOP's answer, inflated, in bytes.
    package var maximumAnswerBytes: Int
    /// The calls that may be under way, of all workers that share it.
    package var callLimit: CallLimit
    /// Takes the uses of tokens, of all workers that share it.
    package var tokenUses: TokenUses
    /// How long a reply waits for the commit of its outcome row.
    package var outcomeWait: Duration
    /// The time of day, in milliseconds since 1970. Asked on the worker's loop alone.
    package var wallClock: @Sendable () -> Int64

    /// The contract's values, for a replica and a gateway.
    package init(replica: String, gatewayURL: String) {
        self.replica = replica
        self.gatewayURL = gatewayURL
        caFile = nil
        callTimeout = .seconds(30)
        connectTimeout = .seconds(5)
        maximumAnswerBytes = 10 << 20
        callLimit = CallLimit(4096)
        tokenUses = TokenUses()
        outcomeWait = .seconds(1)
        wallClock = WallClock.milliseconds
    }
}

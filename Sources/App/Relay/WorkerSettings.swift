import Time

/// The settings of a worker.
package struct WorkerSettings: Sendable {
    /// The name of this process in the audit trail.
    package var replica: String
    /// The gateway of apps that do not name one.
    package var gatewayURL: String
    /// Certificates to trust instead of the system's.
    package var caFile: String?
    /// The total time of a call, from the arrival of its request.
    package var callTimeout: Duration
    /// How long connecting to TOP may take.
    package var connectTimeout: Duration
    /// The longest response of TOP, inflated, in bytes.
    package var maximumResponseBytes: Int
    /// The limit on calls in flight, which all workers share.
    package var callLimit: CallLimit
    /// Takes the uses of tokens, of all workers that share it.
    package var tokenUses: TokenUses
    /// How long a reply waits for the commit of its completion.
    package var outcomeWait: Duration
    /// The time of day, in milliseconds since 1970. It is called only on the worker's loop.
    package var wallClock: @Sendable () -> Int64

    /// The default settings, for a replica and a gateway.
    package init(replica: String, gatewayURL: String) {
        self.replica = replica
        self.gatewayURL = gatewayURL
        caFile = nil
        callTimeout = .seconds(30)
        connectTimeout = .seconds(5)
        maximumResponseBytes = 10 << 20
        callLimit = CallLimit(4096)
        tokenUses = TokenUses()
        outcomeWait = .seconds(1)
        wallClock = WallClock.milliseconds
    }
}

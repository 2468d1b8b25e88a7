public import Catalog

/// What a sandbox serves, where, and its limits.
public struct SandboxConfiguration: Sendable {
    /// The apps that may call.
    public var apps: [SandboxApp]
    /// The methods that can be called. Asked once for each call, on the sandbox's event loop, so that it may change.
    public var catalog: @Sendable () -> Catalog
    /// The address to listen on; an IP address.
    public var host: String
    /// The port to listen on; 0 takes a free one.
    public var port: Int
    /// The wall clock, in seconds since 1970, that `timestamp` is compared with.
    public var epochSeconds: @Sendable () -> Int
    /// The largest body of a request, in bytes.
    public var maximumBodyBytes = 34 << 20
    /// How many connections may be open; further ones are refused.
    public var maximumConnections = 4096
    /// How many calls are kept for `GET /_sandbox/calls`.
    public var keptCalls = 200
    /// How many faults may be ordered at a time.
    public var maximumFaults = 1000
    /// How long a connection may be idle, in seconds.
    public var idleSeconds = 75

    /// Makes a configuration; without a port the sandbox takes a free one on the loopback interface.
    public init(
        apps: [SandboxApp], catalog: Catalog, host: String = "127.0.0.1", port: Int = 0,
        epochSeconds: @escaping @Sendable () -> Int = SandboxClock.now
    ) {
        self.apps = apps
        self.catalog = { catalog }
        self.host = host
        self.port = port
        self.epochSeconds = epochSeconds
    }
}

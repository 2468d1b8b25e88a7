package import Catalog
import Glibc

/// The content, address and limits of a sandbox.
package struct SandboxConfiguration: Sendable {
    /// The apps that may call.
    package var apps: [SandboxApp]
    /// The available methods. The sandbox reads it on its event loop once for each call, so it may change.
    package var catalog: @Sendable () -> Catalog
    /// The IP address to listen on.
    package var host: String
    /// The port to listen on; 0 means any free port.
    package var port: Int
    /// The wall clock for the check of `timestamp`, in seconds since 1970.
    package var epochSeconds: @Sendable () -> Int
    /// The largest size of a request body in bytes.
    package var maximumBodyBytes = 34 << 20
    /// The largest number of open connections. Further ones are refused.
    package var maximumConnections = 4096
    /// The number of calls that `GET /_sandbox/calls` shows.
    package var keptCalls = 200
    /// The largest number of ordered faults.
    package var maximumFaults = 1000
    /// The longest time without a request on a connection, in seconds.
    package var idleSeconds = 75

    /// Makes a configuration. By default the sandbox takes a free port on the loopback interface.
    package init(
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

/// The host's wall clock.
package enum SandboxClock {
    /// Seconds since 1970.
    package static func now() -> Int {
        time(nil)
    }
}

import Bytes
import Credentials
import Glibc
import HTTPServer
import Relay
import Time
import Vault

extension Settings {
    /// The settings of a worker. All workers share the limit.
    func worker(sharing limit: CallLimit) -> WorkerSettings {
        var worker = WorkerSettings(replica: Self.replica, gatewayURL: gatewayURL.text)
        worker.caFile = caFile
        worker.callTimeout = callTimeout
        worker.callLimit = limit
        return worker
    }

    /// The settings of what gets session keys.
    func makeSessionAuthority() -> SessionAuthority.Settings {
        SessionAuthority.Settings(
            database: database, masterKey: masterKey, gatewayURL: gatewayURL.text, caFile: caFile,
            publicURL: publicURL, replica: Self.replica, wallClock: WallClock.milliseconds)
    }

    /// The settings of the HTTP server. The service drains it, so it needs no delay of its own.
    func makeServer() -> HTTPServer.Configuration {
        var server = HTTPServer.Configuration(address: listen)
        server.maximumConnections = maximumConnections
        server.maximumRefusals = maximumRefusals
        server.bodyBudget = ByteBudget(limit: maximumBodyBytes)
        server.headTimeout = requestTimeout
        server.bodyTimeout = requestTimeout
        server.idleTimeout = idleTimeout
        server.responseTimeout = callTimeout + .seconds(30)
        server.drainTimeout = .seconds(5)
        return server
    }

    /// The name of this process in the trail: the host name, which is the pod's name in Kubernetes, and the process id.
    static var replica: String { "\(HostName.current):\(getpid())" }
}

import Glibc
import HTTPServer
import Relay
import Vault

extension Settings {
    /// The settings of one worker.
    var worker: WorkerSettings {
        var worker = WorkerSettings(replica: Self.replica, gatewayURL: gatewayURL.text)
        worker.caFile = caFile
        worker.callTimeout = callTimeout
        worker.masterKey = masterKey
        worker.maximumCallsInFlight = max(1, maximumCallsInFlight / workers)
        return worker
    }

    /// The settings of the HTTP server. The service drains it, so that it needs no delay of its own.
    var server: HTTPServer.Configuration {
        var server = HTTPServer.Configuration(address: listen)
        server.threads = workers
        server.maximumConnections = maximumConnections
        server.headTimeout = requestTimeout
        server.bodyTimeout = requestTimeout * 2
        server.idleTimeout = idleTimeout
        server.answerTimeout = callTimeout + .seconds(30)
        server.drainTimeout = .seconds(5)
        return server
    }

    /// The name of this process in the trail: the host (a pod's name in Kubernetes) and the process id.
    static var replica: String { "\(HostName.current):\(getpid())" }
}

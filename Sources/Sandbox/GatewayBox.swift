/// The one gateway of a sandbox, shared by its connections; it lives on the sandbox's event loop.
final class GatewayBox {
    var gateway: Gateway
    /// The open connections, to be closed when the sandbox stops.
    var connections: [ObjectIdentifier: Connection] = [:]
    let configuration: SandboxConfiguration

    init(_ configuration: SandboxConfiguration) {
        self.configuration = configuration
        gateway = Gateway(configuration)
    }

    func closeConnections() {
        for connection in connections.values { connection.close() }
    }
}

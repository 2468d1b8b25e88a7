/// The one gateway of a sandbox. It lives on the sandbox's loop.
final class GatewayBox {
    var gateway: Gateway

    init(_ configuration: SandboxConfiguration) {
        gateway = Gateway(configuration)
    }
}

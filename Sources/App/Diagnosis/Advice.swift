import Curl
import TOP
import Vault

/// What to do about a fault, in words for operators.
enum Advice {
    static func text(for fault: CurlFailure.ProxyFault, app: App) -> String {
        let address = app.proxy?.url.address ?? "the proxy"
        return switch fault {
        case .unresolved: "the name in \(address) has no address: check it, and the DNS of this host"
        case .unreachable: "\(address) cannot be reached: check the address, the proxy and the firewall"
        case .refused(407):
            "\(address) refuses the user or the password: put them with `app put --proxy http://USER@HOST:PORT "
                + "--proxy-password-file FILE`"
        case .refused(let status):
            "\(address) refuses to connect to the gateway (HTTP status \(status)): allow the gateway's host and port in it"
        case .timeout: "\(address) does not connect in time: check the proxy, and its way to the gateway"
        case .closed:
            "\(address) ends the connection without an answer: check that it is an HTTP proxy that takes CONNECT"
        }
    }

    static func text(for failure: CurlFailure, gateway: String) -> String {
        let advice =
            switch failure.kind {
            case .resolve: "check the name, and the DNS of this host"
            case .connect: "check the address and the firewall"
            case .tls(.unknownIssuer), .tls(.caFile): "check TOPRELAY_CA_FILE, or the system's certificates"
            case .tls(.wrongHostName): "check that the address is that of TOP, and that nothing intercepts TLS"
            case .tls(.expired), .tls(.notYetValid): "check the clock of this host, and the gateway's certificate"
            case .tls: "check that nothing intercepts TLS"
            case .timeout(.connect): "check the firewall, or whether the app needs a proxy (`app put --proxy`)"
            case .invalidRequest: "check the address, and --allow-http for plain http"
            case .timeout(.call), .cut, .tooLarge, .badEncoding, .notHTTP, .shutDown, .other, .proxy:
                "try again; check what stands between this host and TOP"
            }
        return "\(gateway) gives no answer (\(failure)): \(advice)"
    }

    static func text(for check: GatewayCheck, _ error: TOPError, app: App) -> String {
        switch check {
        case .appKey:
            "TOP does not know the app key \(app.appKey) (\(error.words)): check it, and whether the gateway is that of "
                + "production or the sandbox, which have different keys"
        case .clock:
            "TOP refuses the time of the call (\(error.words)): this machine's clock is over 10 minutes off; set it "
                + "with NTP"
        case .sign:
            "TOP does not accept the sign (\(error.words)): put the app's secret again with `toprelay app put "
                + "\(app.name)`, and check --sign-method"
        case .address:
            "TOP does not accept calls from this address (\(error.words)): add the address of this host, or of its proxy, "
                + "to the app's IP list in TOP's console"
        case .session, .other: "TOP refuses the call (\(error.words))"
        }
    }
}

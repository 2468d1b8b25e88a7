import TOP
import Vault

/// An app with its signer and its common parameters. They are made once, not for each call.
struct SigningApp: Sendable {
    let app: App
    let signer: Signer
    let method: SignMethod
    /// The gateway that the app's calls go to.
    let gatewayURL: String
    /// Whether the gateway may be called over plain http: the app allows it, or the gateway is on this machine.
    let allowsPlainHTTP: Bool
    /// Where the response is in the gateway's JSON.
    let responseForm: ResponseForm
    /// The names of the constants that the app sends with each call. Callers cannot give them.
    let constantNames: Set<String>
    /// The common parameters that are the same for all calls, and the constants of the app.
    private let common: ParameterList

    init(_ app: App, defaultGatewayURL: String) {
        self.app = app
        method = SignMethod(rawValue: app.signMethod) ?? .hmacSHA256
        signer = Signer(method: method, secret: app.secret)
        gatewayURL = app.gatewayURL ?? defaultGatewayURL
        let address = try? GatewayURL(gatewayURL, allowsHTTP: true)
        allowsPlainHTTP = app.allowsHTTP || address?.isLoopback == true
        responseForm = app.addressing.responseForm
        let constants = app.addressing.parameters.map { Parameter(name: $0.name, value: $0.value) }
        constantNames = Set(constants.map(\.name))
        common = ParameterList(
            [
                Parameter(name: "app_key", value: app.appKey), Parameter(name: "v", value: "2.0"),
                Parameter(name: "format", value: "json"), Parameter(name: "sign_method", value: method.rawValue),
            ] + constants)
    }

    /// The business parameters with TOP's common ones. The caller of this function adds the sign.
    func parameters(
        for business: consuming ParameterList, method name: String, timestamp: String, session: String?
    ) -> ParameterList {
        business.append(name: "method", value: name)
        business.append(name: "timestamp", value: timestamp)
        business.append(common)
        if let session { business.append(name: "session", value: session) }
        return business
    }
}

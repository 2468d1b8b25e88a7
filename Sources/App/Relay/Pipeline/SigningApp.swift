import TOP
import Vault

/// An app with its signer made, so that a call makes nothing.
struct SigningApp: Sendable {
    let app: App
    let signer: Signer
    let method: SignMethod
    /// The gateway that the app's calls go to.
    let gatewayURL: String
    /// Whether the gateway may be called over plain http: the app says so, or it is on this machine.
    let allowsPlainHTTP: Bool
    /// Where the response stands in the gateway's answers.
    let responseForm: ResponseForm
    /// The names of the parameters that go with each call of the app. Callers cannot give them.
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

    /// The business parameters with TOP's common ones; the sign is added last, by `sign`.
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

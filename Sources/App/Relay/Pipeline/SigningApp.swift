package import Crypto
package import Curl
package import TOP
package import Vault

/// An app with its signer and its common parameters. They are made once, not for each call.
package struct SigningApp: Sendable {
    let app: App
    let signer: Signer
    let method: SignMethod
    /// The gateway that the app's calls go to.
    package let gatewayURL: String
    /// Whether the gateway may be called over plain http: the app allows it, or the gateway is on this machine.
    let allowsPlainHTTP: Bool
    /// The proxy of the app's calls.
    let proxy: CurlProxy?
    /// Where the response is in the gateway's JSON.
    package let responseForm: ResponseForm
    /// The names of the constants that the app sends with each call. Callers cannot give them.
    let constantNames: Set<String>
    /// The common parameters that are the same for all calls, and the constants of the app.
    private let common: ParameterList

    /// Prepares an app of the vault.
    package init(_ app: App, defaultGatewayURL: String) {
        self.app = app
        method = SignMethod(rawValue: app.signMethod) ?? .hmacSHA256
        signer = Signer(method: method, secret: app.secret)
        gatewayURL = app.gatewayURL ?? defaultGatewayURL
        let address = try? GatewayURL(gatewayURL, allowsHTTP: true)
        allowsPlainHTTP = app.allowsHTTP || address?.isLoopback == true
        proxy = app.proxy.map { proxy in
            CurlProxy(address: proxy.url.address, user: proxy.url.user, password: proxy.password?.text ?? "")
        }
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

extension SigningApp {
    /// A signed request outside the path of a call, made by the same code.
    /// - Parameters:
    ///   - epochSeconds: the wall clock, for TOP's `timestamp`.
    ///   - deadline: when the request times out, on the clock of `EventLoop.now()`.
    package func request(
        of method: String, _ business: [Parameter], session: Secret?, epochSeconds: Int, deadline: UInt64,
        caFile: String?
    ) throws(CryptoError) -> CurlRequest {
        var buffer: [UInt8] = []
        var parameters = parameters(
            for: ParameterList(business), method: method, timestamp: TOPTime.timestamp(epochSeconds: epochSeconds),
            session: session.map { String(decoding: $0.bytes, as: UTF8.self) })
        parameters.append(name: "sign", value: try signer.sign(parameters, buffer: &buffer))
        let form = FormBody(parameters, &buffer)
        return CurlRequest(
            url: gatewayURL, body: form.bytes, headers: form.headers, deadline: deadline, caFile: caFile,
            allowsHTTP: allowsPlainHTTP, proxy: proxy)
    }
}

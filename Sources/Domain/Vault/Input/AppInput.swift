package import Crypto

/// An app to store in the vault.
package struct AppInput: Sendable {
    /// The app's name in `Top-App`: 1–64 characters out of `A-Z a-z 0-9 . _ -`.
    package var name: String
    /// TOP's `app_key`.
    package var appKey: String
    /// The app's secret without a line end.
    package var secret: Secret
    /// The gateway of this app. Nil means the service's gateway.
    package var gatewayURL: String?
    /// TOP's `sign_method`: `md5`, `hmac` or `hmac-sha256`.
    package var signMethod: String
    /// Whether plain http is allowed for a gateway that is not a loopback address.
    package var allowsHTTP: Bool
    /// The kind, and the parameters that go with each call.
    package var addressing: AppAddressing
    /// Changes how the app gets session keys.
    package var auth: AppAuthInput
    /// Makes it the default app. An app that is the default stays the default without it.
    package var makesDefault: Bool
    /// Methods or patterns of methods that are bound to the app.
    package var methods: [String]
    /// What changes of its proxy. Nil changes nothing.
    package var proxy: ProxyChange?

    /// An app to store.
    package init(
        name: String, appKey: String, secret: Secret, gatewayURL: String? = nil, signMethod: String = "hmac-sha256",
        allowsHTTP: Bool = false, addressing: AppAddressing = AppAddressing(), auth: AppAuthInput = AppAuthInput(),
        makesDefault: Bool = false, methods: [String] = [], proxy: ProxyChange? = nil
    ) {
        self.name = name
        self.appKey = appKey
        self.secret = secret
        self.gatewayURL = gatewayURL
        self.signMethod = signMethod
        self.allowsHTTP = allowsHTTP
        self.addressing = addressing
        self.auth = auth
        self.makesDefault = makesDefault
        self.methods = methods
        self.proxy = proxy
    }

    func check() throws(VaultError) {
        try VaultInput.name(name, field: "app name")
        try VaultInput.appKey(appKey)
        try VaultInput.appSecret(secret)
        try VaultInput.signMethod(signMethod)
        try VaultInput.globs(methods)
        try addressing.check()
        try auth.check()
        try proxy?.check()
        if let gatewayURL { _ = try GatewayURL(gatewayURL, allowsHTTP: allowsHTTP) }
    }
}

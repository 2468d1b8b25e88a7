package import Crypto
package import TOP

/// An app to store in the vault, or a change of one. A member that is not given keeps the stored value.
package struct AppInput: Sendable {
    /// The app's name in `Top-App`: 1–64 characters out of `A-Z a-z 0-9 . _ -`.
    package var name: String
    /// TOP's `app_key`. A new app needs it.
    package var appKey: String?
    /// The app's secret without a line end. A new app needs it.
    package var secret: Secret?
    /// The gateway of this app. Without one it is the service's gateway.
    package var gatewayURL: PatchValue<String>
    /// TOP's `sign_method`: `md5`, `hmac` or `hmac-sha256`, which is the one of a new app.
    package var signMethod: String?
    /// Whether plain http is allowed for a gateway that is not a loopback address.
    package var allowsHTTP: Bool?
    /// The kind of the app; `top` for a new one.
    package var kind: AppKind?
    /// The app_key of the provider whose app serves the calls.
    package var targetAppKey: PatchValue<String>
    /// The Qimen cloud's id of the customer.
    package var customerID: PatchValue<String>
    /// The parameters that go with each call.
    package var constants: [AppAddressing.Constant]?
    /// Changes how the app gets session keys.
    package var auth: AppAuthInput
    /// Whether it is the default app. The first app becomes it anyway.
    package var makesDefault: Bool?
    /// Methods or patterns of methods that are bound to the app.
    package var methods: [String]?
    /// What changes of its proxy. Nil changes nothing.
    package var proxy: ProxyChange?

    /// A change of an app. What is left out is kept.
    package init(
        name: String, appKey: String? = nil, secret: Secret? = nil, gatewayURL: PatchValue<String> = .keep,
        signMethod: String? = nil, allowsHTTP: Bool? = nil, kind: AppKind? = nil,
        targetAppKey: PatchValue<String> = .keep, customerID: PatchValue<String> = .keep,
        constants: [AppAddressing.Constant]? = nil, auth: AppAuthInput = AppAuthInput(), makesDefault: Bool? = nil,
        methods: [String]? = nil, proxy: ProxyChange? = nil
    ) {
        self.name = name
        self.appKey = appKey
        self.secret = secret
        self.gatewayURL = gatewayURL
        self.signMethod = signMethod
        self.allowsHTTP = allowsHTTP
        self.kind = kind
        self.targetAppKey = targetAppKey
        self.customerID = customerID
        self.constants = constants
        self.auth = auth
        self.makesDefault = makesDefault
        self.methods = methods
        self.proxy = proxy
    }

    /// The names of the members that are given, for the record of changes. They are the members of the HTTP interface.
    var givenMembers: [String] {
        let members: [(name: String, isGiven: Bool)] = [
            ("app_key", appKey != nil), ("secret", secret != nil), ("gateway", gatewayURL.isGiven),
            ("sign_method", signMethod != nil), ("allow_http", allowsHTTP != nil), ("kind", kind != nil),
            ("target_app_key", targetAppKey.isGiven), ("customer_id", customerID.isGiven),
            ("params", constants != nil), ("auth", auth.exchange != nil),
            ("oauth_authorize_url", auth.authorizeURL.isGiven), ("oauth_token_url", auth.tokenURL.isGiven),
            ("default", makesDefault != nil), ("methods", methods != nil), ("proxy", proxy?.givesURL ?? false),
            ("proxy_password", proxy?.givesPassword ?? false),
        ]
        return members.filter(\.isGiven).map(\.name)
    }
}

/// An app without its secret, its proxy and its OAuth, as it stands in the vault or will stand there.
struct StoredApp {
    var appKey: String
    var gatewayURL: String?
    var signMethod = "hmac-sha256"
    var allowsHTTP = false
    var addressing = AppAddressing()
    var isDefault = false
    var methods: [String] = []

    init(appKey: String) { self.appKey = appKey }

    /// What a patch makes of an app; nil for a new one.
    /// - Throws: if a member of a new app is missing, or a value is not valid.
    init(_ patch: AppInput, of stored: StoredApp?) throws(VaultError) {
        if let stored {
            self = stored
        } else {
            guard patch.secret != nil else { throw .invalid(field: "app secret", expectation: Self.missing) }
            guard let appKey = patch.appKey else { throw .invalid(field: "app key", expectation: Self.missing) }
            self.appKey = appKey
        }
        appKey = patch.appKey ?? appKey
        gatewayURL = patch.gatewayURL.applied(to: gatewayURL)
        signMethod = patch.signMethod ?? signMethod
        allowsHTTP = patch.allowsHTTP ?? allowsHTTP
        addressing.kind = patch.kind ?? addressing.kind
        addressing.targetAppKey = patch.targetAppKey.applied(to: addressing.targetAppKey)
        addressing.customerID = patch.customerID.applied(to: addressing.customerID)
        addressing.constants = patch.constants ?? addressing.constants
        isDefault = patch.makesDefault ?? isDefault
        methods = patch.methods ?? methods
        try check()
        try patch.auth.check()
        try patch.proxy?.check()
    }

    private static let missing = "is required for a new app"

    private func check() throws(VaultError) {
        try VaultInput.appKey(appKey)
        try VaultInput.signMethod(signMethod)
        try VaultInput.globs(methods)
        try addressing.check()
        if let gatewayURL { _ = try GatewayURL(gatewayURL, allowsHTTP: allowsHTTP) }
    }
}

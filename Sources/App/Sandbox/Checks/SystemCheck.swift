import Catalog

/// TOP's checks of every call before it reads the business parameters, in TOP's order.
struct SystemCheck: Sendable {
    /// The protocol's own parameters. All others belong to the method.
    static let names: Set<String> = [
        "method", "app_key", "session", "timestamp", "v", "format", "sign_method", "sign", "simplify", "partner_id",
        "target_app_key", "customerId", "force_sensitive_param_fuzzy", "top_mix_params",
    ]

    /// The largest difference between `timestamp` and the clock: ten minutes.
    static let windowSeconds = 600

    let apps: [String: SandboxApp]
    let catalog: @Sendable () -> Catalog

    /// The entry of the called method, after everything but its business parameters is checked.
    func check(
        _ received: [ReceivedParameter], values: [String: String], epochSeconds: Int, oauth: SandboxOAuth
    ) throws(GatewayError) -> Entry {
        guard let method = values["method"], !method.isEmpty else { throw GatewayError(21, "Missing Method") }
        guard let entry = catalog().entry(method: method) ?? SandboxMethods.entry(method: method)
        else {
            throw GatewayError(
                22, "Invalid Method", "isv.method-not-exist", "\(method) is not in the sandbox's catalog")
        }
        let app = try checkCommon(received, values: values, epochSeconds: epochSeconds)
        try checkSession(values, app, entry, epochSeconds, oauth)
        return entry
    }

    /// Checks what all methods have: app, time, version, format and sign.
    func checkCommon(
        _ received: [ReceivedParameter], values: [String: String], epochSeconds: Int
    ) throws(GatewayError) -> SandboxApp {
        let app = try checkedApp(values)
        try checkTime(values, epochSeconds)
        guard let version = values["v"] else { throw GatewayError(32, "Missing Version") }
        guard version == "2.0" else { throw GatewayError(33, "Invalid Version") }
        guard ["json", "xml"].contains(values["format"] ?? "xml") else { throw GatewayError(23, "Invalid Format") }
        try checkSign(received, values, app)
        return app
    }

    private func checkedApp(_ values: [String: String]) throws(GatewayError) -> SandboxApp {
        guard let key = values["app_key"] else { throw GatewayError(28, "Missing App Key") }
        guard let app = apps[key] else { throw GatewayError(29, "Invalid app Key", "isv.appkey-not-exists") }
        return app
    }

    private func checkTime(_ values: [String: String], _ now: Int) throws(GatewayError) {
        guard let text = values["timestamp"] else { throw GatewayError(30, "Missing Timestamp") }
        guard let time = ChinaTime.epochSeconds(text), abs(now - time) <= Self.windowSeconds else {
            throw Self.invalidTimestamp(now)
        }
    }

    static func invalidTimestamp(_ now: Int) -> GatewayError {
        let hint = "the gateway's time is \(ChinaTime.text(epochSeconds: now)), GMT+8"
        return GatewayError(31, "Invalid Timestamp", "isv.invalid-timestamp", hint)
    }

    private func checkSign(
        _ received: [ReceivedParameter], _ values: [String: String], _ app: SandboxApp
    ) throws(GatewayError) {
        guard let sign = values["sign"], !sign.isEmpty else { throw GatewayError(24, "Missing Signature") }
        guard let method = SignCheck(rawValue: values["sign_method"] ?? "") else {
            throw GatewayError(25, "Invalid signature", nil, "sign_method must be md5, hmac or hmac-sha256")
        }
        guard method.sign(received, secret: app.secret) == sign else { throw GatewayError(25, "Invalid signature") }
    }

    private func checkSession(
        _ values: [String: String], _ app: SandboxApp, _ entry: Entry, _ now: Int, _ oauth: SandboxOAuth
    ) throws(GatewayError) {
        guard let session = values["session"] else {
            guard entry.session == .required else { return }
            throw GatewayError(26, "Missing session")
        }
        let issued = oauth.state(of: session, appKey: app.key, epochSeconds: now)
        if issued == .valid { return }
        if issued == .expired || app.expiredSessions.contains(session) {
            throw GatewayError(27, "Invalid session", "session-expired", "session has expired")
        }
        guard app.sessions.contains(session) else {
            throw GatewayError(27, "Invalid session", "invalid-sessionkey", "RealSession don't belong app and user")
        }
    }
}

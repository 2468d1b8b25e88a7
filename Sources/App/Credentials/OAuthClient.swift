import Crypto
import Curl
import EventLoop
import JSON
import TOP
import Vault

/// Exchanges authorisation codes and refresh tokens at TOP, in the way of each app. Use it on the loop's thread.
///
/// A request takes at most 10 s and its answer has at most 64 KiB. No redirect is followed.
struct OAuthClient {
    /// The longest time of a request.
    static let timeout: Duration = .seconds(10)
    private static let connectTimeout: Duration = .seconds(5)
    private static let maximumAnswerBytes = 64 << 10

    let curl: CurlClient
    /// The gateway of apps without one of their own.
    let gatewayURL: String
    /// Certificates to trust instead of the system's.
    let caFile: String?
    /// The time of day, in milliseconds since 1970.
    let wallClock: @Sendable () -> Int64

    /// The session key for an authorisation code.
    func exchange(code: Secret, redirectURL: String, app: App) async throws(OAuthError) -> SessionGrant {
        switch app.auth.exchange {
        case .oauth:
            let answer = try await ask(
                app, ["grant_type": "authorization_code", "code": code.text, "redirect_uri": redirectURL],
                hiding: [code])
            return try answer.grant(isFirst: true)
        case .top:
            let answer = try await call("taobao.top.auth.token.create", ["code": code.text], app, hiding: [code])
            return try answer.grant(isFirst: true)
        }
    }

    /// A new session key for a refresh token.
    func refresh(_ token: Secret, app: App) async throws(OAuthError) -> SessionGrant {
        let answer =
            switch app.auth.exchange {
            case .oauth:
                try await ask(
                    app, ["grant_type": "refresh_token", "refresh_token": token.text], hiding: [token])
            case .top:
                try await call(
                    "taobao.top.auth.token.refresh", ["refresh_token": token.text], app, hiding: [token])
            }
        return try answer.grant(isFirst: false)
    }
}

// MARK: - OAuth

extension OAuthClient {
    private func ask(
        _ app: App, _ parameters: KeyValuePairs<String, String>, hiding secrets: [Secret]
    ) async throws(OAuthError) -> TokenAnswer {
        var form = ParameterList()
        for (name, value) in parameters { form.append(name: name, value: value) }
        form.append(name: "client_id", value: app.appKey)
        form.append(name: "client_secret", value: app.secret.text)
        let secrets = secrets + [app.secret]
        let root = try await post(form, to: app.auth.tokenURL ?? AppAuth.standardTokenURL, through: app.proxy)
        if let error = root["error"]?.scalarText {
            throw OAuthError(error: error, text: root["error_description"]?.scalarText, hiding: secrets)
        }
        try Self.checkNoGatewayError(root, hiding: secrets)
        return TokenAnswer(root, now: wallClock())
    }
}

// MARK: - TOP methods

extension OAuthClient {
    /// Calls a TOP method without a session. The text of its `token_result` is JSON.
    private func call(
        _ method: String, _ business: KeyValuePairs<String, String>, _ app: App, hiding secrets: [Secret]
    ) async throws(OAuthError) -> TokenAnswer {
        let signMethod = SignMethod(rawValue: app.signMethod) ?? .hmacSHA256
        var form = ParameterList()
        for (name, value) in business { form.append(name: name, value: value) }
        let timestamp = TOPTime.timestamp(epochSeconds: Int(wallClock() / 1000))
        for (name, value) in [
            ("method", method), ("app_key", app.appKey), ("timestamp", timestamp), ("v", "2.0"), ("format", "json"),
            ("sign_method", signMethod.rawValue),
        ] { form.append(name: name, value: value) }
        var buffer: [UInt8] = []
        do throws(CryptoError) {
            let sign = try Signer(method: signMethod, secret: app.secret).sign(form, buffer: &buffer)
            form.append(name: "sign", value: sign)
        } catch {
            throw .unavailable("The request could not be signed.")
        }
        let secrets = secrets + [app.secret]
        let root = try await post(form, to: app.gatewayURL ?? gatewayURL, through: app.proxy)
        try Self.checkNoGatewayError(root, hiding: secrets)
        let response = root.members.first { $0.name.hasSuffix("_response") }?.value
        guard let result = response?["token_result"] else { throw .unavailable("TOP's answer has no token_result.") }
        if result.kind == .object { return TokenAnswer(result, now: wallClock()) }
        guard let text = result.string, let inner = try? JSONDocument(text, options: .tolerant).root,
            inner.kind == .object
        else { throw .unavailable("The token_result of TOP's answer is not a JSON object.") }
        return TokenAnswer(inner, now: wallClock())
    }

    private static func checkNoGatewayError(_ root: JSONValue, hiding secrets: [Secret]) throws(OAuthError) {
        guard let error = root["error_response"], error.kind == .object else { return }
        let texts = ["msg", "sub_msg"].map { error[$0]?.scalarText }
        throw OAuthError(
            code: error["code"]?.scalarText ?? "", texts: texts, subCode: error["sub_code"]?.scalarText,
            hiding: secrets)
    }
}

// MARK: - HTTP

extension OAuthClient {
    /// Posts a form and reads the answer, a JSON object. OAuth errors come with status 400.
    /// - Parameter proxy: the proxy of the app's calls. TOP may know only its address.
    private func post(
        _ form: ParameterList, to url: String, through proxy: AppProxy?
    ) async throws(OAuthError) -> JSONValue {
        // The form has secrets: plain http is for this machine only, whatever the app allows for its calls.
        guard let address = try? GatewayURL(url, allowsHTTP: false) else {
            throw .unavailable("The address for tokens must be https, or on this machine.")
        }
        let request = CurlRequest(
            url: url, body: FormEncoding.encode(form),
            headers: ["Content-Type: \(FormEncoding.contentType)", "Accept: application/json"],
            deadline: EventLoop.now() + 10_000_000_000, connectTimeout: Self.connectTimeout, caFile: caFile,
            allowsHTTP: address.isLoopback,
            proxy: proxy.map {
                CurlProxy(address: $0.url.address, user: $0.url.user, password: $0.password?.text ?? "")
            },
            maximumResponseBytes: Self.maximumAnswerBytes)
        let result = await curl.perform(request)
        switch result.outcome {
        case .failed(let failure):
            throw .unavailable("The address for tokens gave no answer: \(failure.description).")
        case .answered(let status, _, let body):
            guard (200..<300).contains(status) || status == 400 else {
                let words = (300..<400).contains(status) ? "redirects" : "answers"
                throw .unavailable("The address for tokens \(words) with HTTP status \(status).")
            }
            guard let root = try? JSONDocument(body, options: .tolerant).root, root.kind == .object else {
                throw .unavailable("The address for tokens answers with something that is not a JSON object.")
            }
            guard status != 400 || root["error"] != nil || root["error_response"] != nil else {
                throw .unavailable("The address for tokens answers with HTTP status 400.")
            }
            return root
        }
    }
}

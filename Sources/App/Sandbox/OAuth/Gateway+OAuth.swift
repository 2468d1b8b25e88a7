import JSON

/// The paths of TOP's OAuth.
extension Gateway {
    /// The page on which a seller authorises an app, and the address for codes and refresh tokens.
    static let authorizePath = "/oauth/authorize"
    static let tokenPath = "/oauth/token"
    private static let defaultUser = "1000001"
    private static let defaultNick = "沙箱店铺"

    mutating func answerOAuth(_ request: WireRequest) -> WireResponse {
        switch (request.verb, request.path) {
        case ("GET", Self.authorizePath): return authorize(request)
        case ("POST", Self.tokenPath): return token(request)
        default: return WireResponse.page(405, "405 Method Not Allowed")
        }
    }

    /// Agrees at once and sends the browser back with a code. `user` and `nick` choose who agrees. `deny=1` refuses.
    private mutating func authorize(_ request: WireRequest) -> WireResponse {
        guard let values = Self.values(Array(request.query.utf8)), values["response_type"] == "code",
            let key = values["client_id"], check.apps[key] != nil, let back = values["redirect_uri"],
            back.hasPrefix("http://") || back.hasPrefix("https://"), !back.utf8.contains(where: { $0 <= 0x20 })
        else {
            return WireResponse.page(400, "response_type, client_id or redirect_uri is wrong")
        }
        var answer = "error=access_denied&error_description=authorize%20reject"
        if values["deny"] == nil {
            let owner = SandboxOAuth.Owner(
                appKey: key, user: values["user"] ?? Self.defaultUser, nick: values["nick"] ?? Self.defaultNick)
            answer = "code=" + oauth.makeCode(for: owner)
        }
        if let state = values["state"] { answer += "&state=" + PercentEncoder.encode(state) }
        var response = WireResponse.page(302, "302 Found")
        response.location = back + (back.contains("?") ? "&" : "?") + answer
        return response
    }

    private mutating func token(_ request: WireRequest) -> WireResponse {
        guard let values = Self.values(request.body) else { return Self.refusal("invalid_request", "not a form") }
        guard let key = values["client_id"], let app = check.apps[key], values["client_secret"] == app.secret else {
            return Self.refusal("invalid_client", "client_id or client_secret is wrong")
        }
        do throws(SandboxOAuth.RefusedError) {
            switch values["grant_type"] {
            case "authorization_code": return .json(try exchange(values["code"], key).json())
            case "refresh_token": return .json(try refresh(values["refresh_token"], key).json())
            default: return Self.refusal("unsupported_grant_type", "authorization_code or refresh_token is expected")
            }
        } catch {
            return Self.refusal(error.code, error.text)
        }
    }

    /// The result of a signed method, whose `token_result` is a text of JSON.
    mutating func tokenResult(_ method: String, _ values: [String: String]) throws(GatewayError) -> ResponseNode {
        let key = values["app_key"] ?? ""
        do throws(SandboxOAuth.RefusedError) {
            let answer =
                method == SandboxOAuth.createMethod
                ? try exchange(values["code"], key) : try refresh(values["refresh_token"], key)
            return .object([("token_result", .text(String(decoding: answer.json(), as: UTF8.self)))])
        } catch {
            throw GatewayError(15, "Remote service error", "isv.invalid-token", error.text)
        }
    }

    private mutating func exchange(
        _ code: String?, _ key: String
    ) throws(SandboxOAuth.RefusedError) -> ResponseNode {
        try oauth.exchange(code: code ?? "", appKey: key, epochSeconds: configuration.epochSeconds())
    }

    private mutating func refresh(
        _ token: String?, _ key: String
    ) throws(SandboxOAuth.RefusedError) -> ResponseNode {
        try oauth.refresh(token: token ?? "", appKey: key, epochSeconds: configuration.epochSeconds())
    }

    private static func values(_ form: [UInt8]) -> [String: String]? {
        guard let parameters = try? FormDecoder.decode(form[...]) else { return nil }
        return Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private static func refusal(_ error: String, _ text: String) -> WireResponse {
        let members: [ResponseNode.Member] = [("error", .text(error)), ("error_description", .text(text))]
        return .json(ResponseNode.object(members).json(), status: 400)
    }
}

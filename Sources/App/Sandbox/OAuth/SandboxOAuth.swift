/// TOP's OAuth: a page that agrees at once, codes, refresh tokens, and the session keys that they are exchanged for.
///
/// It keeps everything in memory. The gateway takes the session keys until they end.
struct SandboxOAuth {
    /// The signed methods that exchange codes and refresh tokens.
    static let createMethod = "taobao.top.auth.token.create"
    static let refreshMethod = "taobao.top.auth.token.refresh"
    /// The most codes, refresh tokens or session keys. When there are more, the older ones are forgotten.
    private static let maximumCount = 10_000

    /// Whom a code or a token belongs to.
    struct Owner: Equatable {
        let appKey: String
        let user: String
        let nick: String
    }

    /// How a session key stands.
    enum SessionState: Equatable {
        case valid
        case expired
    }

    /// A code or a refresh token was refused.
    struct RefusedError: Error, Equatable {
        let code: String
        let text: String
    }

    /// How long session keys and refresh tokens last, in seconds. 0 for refresh tokens rules a refresh out.
    var expiresIn = 86_400
    var refreshExpiresIn = 30 * 86_400
    private var codes: [String: Owner] = [:]
    private var refreshTokens: [String: Owner] = [:]
    private var sessions: [String: (owner: Owner, endsAt: Int)] = [:]

    /// A session key that this OAuth has issued to the app; nil for another one.
    func state(of session: String, appKey: String, epochSeconds: Int) -> SessionState? {
        guard let issued = sessions[session], issued.owner.appKey == appKey else { return nil }
        return issued.endsAt > epochSeconds ? .valid : .expired
    }

    /// A code for a user who has agreed.
    mutating func makeCode(for owner: Owner) -> String {
        let code = Self.token("code")
        Self.put(owner, as: code, in: &codes)
        return code
    }

    /// Exchanges a code, which can be used once.
    mutating func exchange(code: String, appKey: String, epochSeconds: Int) throws(RefusedError) -> ResponseNode {
        guard let owner = codes.removeValue(forKey: code), owner.appKey == appKey else {
            throw RefusedError(code: "invalid_grant", text: "the code is not valid")
        }
        return issue(to: owner, epochSeconds: epochSeconds)
    }

    /// Exchanges a refresh token. It stays valid, as it may be asked again after a lost answer.
    mutating func refresh(token: String, appKey: String, epochSeconds: Int) throws(RefusedError) -> ResponseNode {
        guard let owner = refreshTokens[token], owner.appKey == appKey else {
            throw RefusedError(code: "invalid_grant", text: "the refresh token is not valid")
        }
        return issue(to: owner, epochSeconds: epochSeconds)
    }

    private mutating func issue(to owner: Owner, epochSeconds: Int) -> ResponseNode {
        let (session, refresh) = (Self.token("session"), Self.token("refresh"))
        Self.put((owner, epochSeconds + expiresIn), as: session, in: &sessions)
        Self.put(owner, as: refresh, in: &refreshTokens)
        return .object([
            ("access_token", .text(session)), ("token_type", .text("Bearer")), ("expires_in", .number("\(expiresIn)")),
            ("refresh_token", .text(refresh)), ("re_expires_in", .number("\(refreshExpiresIn)")),
            ("r1_expires_in", .number("\(expiresIn)")), ("r2_expires_in", .number("\(expiresIn)")),
            ("w1_expires_in", .number("\(expiresIn)")), ("w2_expires_in", .number("\(expiresIn)")),
            ("taobao_user_id", .text(owner.user)), ("taobao_user_nick", .text(PercentEncoder.encode(owner.nick))),
        ])
    }

    private static func put<Value>(_ value: Value, as key: String, in values: inout [String: Value]) {
        if values.count >= maximumCount { values = [:] }
        values[key] = value
    }

    /// A random text that nothing else has.
    private static func token(_ kind: String) -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        let tail = (0..<32).map { _ in digits[Int.random(in: 0..<digits.count)] }
        return "sandbox-\(kind)-" + String(decoding: tail, as: UTF8.self)
    }
}

/// Percent-encoding of what goes into a URL.
enum PercentEncoder {
    /// The text with every byte escaped but letters, digits and `-._~`.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

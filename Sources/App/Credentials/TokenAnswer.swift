import Bytes
import Crypto
import JSON
import Vault

/// The members of TOP's answer to a code or a refresh token. TOP has two families of names: periods in seconds
/// (`expires_in`), and instants in milliseconds (`expire_time`). An answer may have both, and numbers may be texts.
struct TokenAnswer {
    private let object: JSONValue
    /// When the answer came, in milliseconds since 1970.
    private let now: Int64

    /// A longer period counts as unknown: a hundred years in seconds.
    private static let longestSeconds: Int64 = 3_155_760_000
    private static let latestMilliseconds: Int64 = 253_402_300_799_999
    private static let maximumNick = 256
    private static let maximumUserID = 128

    init(_ object: JSONValue, now: Int64) {
        self.object = object
        self.now = now
    }

    /// What TOP gave.
    /// - Parameter isFirst: whether it answers an authorisation code. Then no older refresh token has to be kept.
    /// - Throws: `unavailable` without a session key.
    func grant(isFirst: Bool) throws(OAuthError) -> SessionGrant {
        guard let key = text("access_token") else {
            throw .unavailable("TOP's answer has no access_token.")
        }
        return SessionGrant(
            key: Secret(key), expiresAt: end("expires_in", "expire_time"), refresh: refresh(isFirst: isFirst),
            userID: userID, userNick: nick, levelEnds: levelEnds)
    }

    /// A period of 0 says that the key cannot be refreshed, whatever else the answer has.
    private func refresh(isFirst: Bool) -> SessionGrant.Refresh {
        if number("re_expires_in") == 0 { return .impossible }
        guard let token = text("refresh_token") else { return isFirst ? .impossible : .kept }
        return .token(Secret(token), endsAt: end("re_expires_in", "refresh_token_valid_time"))
    }

    private var userID: String? {
        ["taobao_user_id", "user_id", "taobao_open_uid", "open_uid"].lazy.compactMap(text).first
            .map { String($0.prefix(Self.maximumUserID)) }
    }

    /// The nick is percent-encoded. A text that is not is taken as it is.
    private var nick: String? {
        guard let text = text("taobao_user_nick") ?? text("user_nick") else { return nil }
        return String((PercentCoding.decode(text) ?? text).prefix(Self.maximumNick))
    }

    private var levelEnds: [String: Int64] {
        var ends: [String: Int64] = [:]
        for level in ["r1", "r2", "w1", "w2"] {
            if let end = end(level + "_expires_in", level + "_valid") { ends[level] = end }
        }
        return ends
    }

    /// An end by a period in seconds, or else by an instant in milliseconds; nil if neither is positive.
    private func end(_ period: String, _ instant: String) -> Int64? {
        if let seconds = number(period), (1...Self.longestSeconds).contains(seconds) { return now + seconds * 1000 }
        guard let end = number(instant), (1...Self.latestMilliseconds).contains(end) else { return nil }
        return end
    }

    private func text(_ name: String) -> String? {
        guard let text = object[name]?.scalarText, !text.isEmpty, object[name]?.isNull == false else { return nil }
        return text
    }

    private func number(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }
}

/// Percent-encoding, as Java's `URLEncoder` writes it.
enum PercentCoding {
    /// The decoded text; nil for a broken escape or invalid UTF-8.
    static func decode(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Hex.value(of:)),
                    let low = rest.popFirst().flatMap(Hex.value(of:))
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

import Crypto
import Curl

/// Why TOP gave no session key for an authorisation code or a refresh token. The description has no secret.
struct OAuthError: Error, Sendable, Equatable, CustomStringConvertible {
    enum Kind: Sendable, Equatable {
        /// TOP does not accept the code or the refresh token. A repeat cannot help.
        case invalidToken
        /// TOP refuses for another reason, such as the app's secret.
        case refused
        /// The answer is missing or unusable. A repeat may help.
        case unavailable
    }

    let kind: Kind
    let description: String

    static func unavailable(_ description: String) -> OAuthError {
        OAuthError(kind: .unavailable, description: description)
    }

    /// The longest text of TOP that is shown, in characters.
    private static let maximumText = 200

    /// An error in the form of OAuth: `error` and `error_description`.
    init(error: String, text: String?, hiding secrets: [Secret]) {
        let words = (text ?? "").lowercased()
        let isAboutToken = words.contains("refresh") || words.contains("code")
        switch error.lowercased() {
        case "invalid_grant", "invalid_token", "expired_token", "invalid_refresh_token", "access_denied":
            kind = .invalidToken
        case "invalid_request" where isAboutToken: kind = .invalidToken
        default: kind = .refused
        }
        description = "TOP refused: " + Self.shown([error, text], hiding: secrets)
    }

    /// An error in the form of the gateway: `code`, `msg`, `sub_code` and `sub_msg`.
    init(code: String, texts: [String?], subCode: String?, hiding secrets: [Secret]) {
        let sub = (subCode ?? "").lowercased()
        let isAboutToken = ["26", "27", "44", "53"].contains(code) || sub.contains("token") || sub.contains("session")
        kind = isAboutToken ? .invalidToken : .refused
        description = "TOP refused: " + Self.shown(["code " + code, subCode] + texts, hiding: secrets)
    }

    init(kind: Kind, description: String) {
        self.kind = kind
        self.description = description
    }

    /// Texts of TOP in one line. A text that repeats a secret of the request is left out.
    private static func shown(_ texts: [String?], hiding secrets: [Secret]) -> String {
        let parts = texts.compactMap(\.self).filter { text in
            !text.isEmpty && !secrets.contains { !$0.bytes.isEmpty && text.contains($0.text) }
        }
        let line = parts.joined(separator: ", ").unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : Character(scalar)
        }
        return String(line.prefix(maximumText))
    }
}

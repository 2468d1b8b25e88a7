import Crypto

/// Authenticates tokens with one copy of the vault. A token that was accepted before costs a comparison instead of a
/// hash.
///
/// It keeps the secrets that callers send with every request. A new copy of the vault needs a new verifier, so that
/// withdrawn tokens are forgotten.
package final class TokenVerifier {
    private struct Accepted {
        let text: Secret
        let token: AccessToken
    }

    /// The copy of the vault that has the tokens.
    package let vault: VaultSnapshot
    /// The accepted tokens by the numbers of their ids: at most as many as the vault has.
    private var accepted: [UInt64: Accepted] = [:]

    /// Makes a verifier that has not accepted any token.
    package init(_ vault: VaultSnapshot) { self.vault = vault }

    /// The token in the value of an `Authorization` header; `now` is in milliseconds since 1970.
    package func authenticate(
        authorization header: ArraySlice<UInt8>?, now: Int64
    ) throws(AuthenticationError) -> AccessToken {
        let text = try VaultSnapshot.token(inAuthorization: header)
        guard let id = TokenText.number(ofID: text) else { return try vault.authenticate(token: text, now: now) }
        if let known = accepted[id], ConstantTime.equal(known.text.bytes, text) {
            guard !known.token.isExpired(at: now) else { throw .expired }
            return known.token
        }
        let token = try vault.authenticate(token: text, now: now)
        accepted[id] = Accepted(text: Secret(bytes: Array(text)), token: token)
        return token
    }
}

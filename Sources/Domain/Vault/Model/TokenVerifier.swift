import Crypto

/// Finds the callers of tokens in one copy of the vault. A token that it has accepted once costs a comparison in place of
/// a hash.
///
/// The secrets that it keeps are those that callers send with every request. A new copy of the vault needs a new verifier,
/// so that a withdrawn token is forgotten.
package final class TokenVerifier {
    private struct Accepted {
        let text: Secret
        let token: AccessToken
    }

    /// Where the tokens are looked up.
    package let vault: VaultSnapshot
    /// The accepted tokens by the numbers of their ids. There are no more than the vault has tokens.
    private var accepted: [UInt64: Accepted] = [:]

    /// A verifier that has accepted no token yet.
    package init(_ vault: VaultSnapshot) { self.vault = vault }

    /// The caller that an `Authorization` header's value stands for; `now` in milliseconds since 1970.
    package func authenticate(
        authorization header: ArraySlice<UInt8>?, now: Int64
    ) throws(AuthenticationRefusal) -> AccessToken {
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

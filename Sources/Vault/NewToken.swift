import Crypto

/// A token that has just been made, before its text is forgotten.
struct NewToken {
    /// Random bytes of the secret part: more than anybody can guess.
    private static let secretLength = 32

    let id: String
    let hash: [UInt8]
    let text: Secret

    init() throws(VaultError) {
        do {
            let secret = Base64.urlSafe(SecureRandom.bytes(Self.secretLength))
            id = Hex.lower(SecureRandom.bytes(TokenText.idLength / 2))
            hash = try TokenText.hash(ofSecret: Array(secret.utf8)[...])
            text = Secret("\(TokenText.prefix)\(id)_\(secret)")
        } catch {
            throw .cryptography(error)
        }
    }
}

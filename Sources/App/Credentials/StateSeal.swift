import Bytes
import Crypto
import Vault

/// Signs the states of the authorisation flow, so that a forged one is refused without a query.
///
/// A state has the random name of its row and its end. The row has app, alias and token. All replicas sign with the
/// same key, which is derived from a key of the vault.
struct StateSeal {
    /// The name of a state's row, and its end in milliseconds since 1970.
    struct Content: Equatable {
        let nonce: [UInt8]
        let expiresAt: Int64
    }

    private static let macLength = 16
    private static let length = VaultStore.stateNonceLength + 8 + macLength
    private let key: HMACKey

    /// - Parameter vault: has the key to derive from.
    init?(_ vault: VaultSnapshot) {
        guard let secret = vault.keys(.idempotency).first?.secret,
            let derived = try? HMAC.sha256(key: secret.bytes, Array("toprelay oauth state".utf8)),
            let key = try? HMACKey(.sha256, key: derived)
        else { return nil }
        self.key = key
    }

    /// The text of a state: letters, digits, `-` and `_`.
    func text(_ content: Content) throws(CryptoError) -> String {
        let signed = Self.signed(content)
        return Base64.urlSafe(signed + (try key.authenticate(signed)).prefix(Self.macLength))
    }

    /// The content of a state; nil if it is forged.
    func open(_ text: String) -> Content? {
        // Other letters of Base64 would give a state a second text.
        guard text.utf8.count <= 128, !text.contains(where: { "+/=".contains($0) }), let bytes = Self.decode(text),
            bytes.count == Self.length
        else { return nil }
        let end = bytes.count - Self.macLength
        let expiry = bytes[VaultStore.stateNonceLength..<end].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let mac = try? key.authenticate(Array(bytes[..<end])),
            ConstantTime.equal(Array(mac.prefix(Self.macLength)), bytes[end...])
        else { return nil }
        return Content(
            nonce: Array(bytes.prefix(VaultStore.stateNonceLength)), expiresAt: Int64(truncatingIfNeeded: expiry))
    }

    private static func signed(_ content: Content) -> [UInt8] {
        content.nonce
            + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: content.expiresAt >> Int64($0)) }
    }

    private static func decode(_ text: String) -> [UInt8]? {
        var standard = text.replacing("-", with: "+").replacing("_", with: "/")
        while standard.utf8.count % 4 != 0 { standard += "=" }
        return Base64.decode(standard)
    }
}

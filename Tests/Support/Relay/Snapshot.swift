import Crypto
package import TOP
package import Vault

/// What the vault of the tests holds.
package enum Snapshot {
    package static let secret = "app-secret-0123456789"
    package static let sessionKey = "session-key-0123456789"

    package static let token = AccessToken(id: "t", name: "shop", hash: [], scopes: [.relay])

    package static let standard = signing(by: .hmacSHA256)

    package static func signing(by method: SignMethod) -> VaultSnapshot {
        VaultSnapshot(
            revision: 1,
            apps: [
                App(
                    name: "main", appKey: "4272", secret: Secret(secret), signMethod: method.rawValue,
                    isDefault: true)
            ],
            sessions: [SellerSession(app: "main", seller: "east", key: Secret(sessionKey), isDefault: true)],
            tokens: [token],
            keys: [
                SystemKey(name: .fingerprint, version: 1, secret: Secret(bytes: [UInt8](repeating: 1, count: 32))),
                SystemKey(name: .idempotency, version: 1, secret: Secret(bytes: [UInt8](repeating: 2, count: 32))),
            ])
    }
}

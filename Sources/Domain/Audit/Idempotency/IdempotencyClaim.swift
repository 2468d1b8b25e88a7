package import Crypto

/// A key that a caller gave with a call, and what the call is.
///
/// Both are keyed hashes, because the caller's key and the parameters may hold private values.
package struct IdempotencyClaim: Sendable, Equatable {
    /// The hash of the token's name, the app, the method and the caller's key: 32 bytes.
    package let key: [UInt8]
    /// The hash of the business parameters as sent, the files and the seller: 32 bytes. Calls are the same if it is.
    package let fingerprint: [UInt8]

    /// Hashes the parts under a key of the vault.
    package init(caller: String, app: String, method: String, key: String, content: [[UInt8]], secret: Secret)
        throws(CryptoError)
    {
        self.key = try Self.hash("key", [caller, app, method, key].map { Array($0.utf8) }, secret)
        fingerprint = try Self.hash("content", content, secret)
    }

    init(key: [UInt8], fingerprint: [UInt8]) {
        self.key = key
        self.fingerprint = fingerprint
    }

    /// Each part is preceded by its length, so that no two lists of parts give the same message.
    private static func hash(_ purpose: String, _ parts: [[UInt8]], _ secret: Secret) throws(CryptoError) -> [UInt8] {
        var message = Array("toprelay/idempotency/\(purpose)/".utf8)
        for part in parts {
            message.append(contentsOf: "\(part.count):".utf8)
            message.append(contentsOf: part)
        }
        return Array(try HMAC.sha256(key: secret.bytes, message))
    }

    /// The number of the window in which a key is claimed at an instant: days since 1970 in GMT+8, divided by 8.
    /// A claim has a row in this window and in the next.
    static func window(epochMilliseconds: Int64) -> Int64 {
        (epochMilliseconds + 8 * 3_600_000) / (8 * 86_400_000)
    }
}

import CLibcrypto

/// Message digests.
package enum Digest {
    /// Fetches every algorithm that the relay needs. Call it at the start, so that a missing algorithm (MD5 under FIPS)
    /// stops the process instead of failing every call.
    package static func checkAvailable() throws(CryptoError) {
        _ = try Libcrypto.md5.get()
        _ = try Libcrypto.sha256.get()
        _ = try Libcrypto.hmac.get()
        _ = try Libcrypto.aes256GCM.get()
        _ = try HMACKey(.md5, key: [0])
    }

    /// MD5, 16 bytes.
    package static func md5(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
        try digest(Libcrypto.md5.get(), 16, [], bytes)
    }

    /// MD5 of `secret`, `message` and `secret` again, 16 bytes. TOP signs in this way with `sign_method=md5`.
    package static func md5(_ message: [UInt8], enclosedBy secret: [UInt8]) throws(CryptoError) -> [UInt8] {
        try digest(Libcrypto.md5.get(), 16, secret, message)
    }

    /// SHA-256, 32 bytes.
    package static func sha256(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
        try digest(Libcrypto.sha256.get(), 32, [], bytes)
    }

    private static func digest(
        _ algorithm: Libcrypto.Handle, _ length: Int, _ enclosure: [UInt8], _ message: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let digest = Libcrypto.digest(of: length) { out in
            toprelay_digest(
                algorithm.pointer, enclosure, enclosure.count, message, message.count, enclosure, enclosure.count, out)
        }
        guard let digest else { throw Libcrypto.failure(to: "digest") }
        return digest
    }
}

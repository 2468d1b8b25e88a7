import CLibcrypto

/// A prepared key for HMACs. Authenticating a message neither looks up an algorithm nor hashes the key.
///
/// Threads may share a key. One of them at a time uses its context, and the others copy it.
package final class HMACKey: @unchecked Sendable {
    /// The digest of the HMAC.
    package enum Algorithm: Sendable, Equatable {
        /// HMAC-MD5, 16 bytes.
        case md5
        /// HMAC-SHA256, 32 bytes.
        case sha256

        var name: String { self == .md5 ? "MD5" : "SHA2-256" }
        var length: Int { self == .md5 ? 16 : 32 }
    }

    /// The digest of the HMAC.
    package let algorithm: Algorithm
    // Owned: init makes it, deinit frees it.
    private let context: OpaquePointer

    /// Prepares a key of any length.
    package init(_ algorithm: Algorithm, key: [UInt8]) throws(CryptoError) {
        let hmac = try Libcrypto.hmac.get()
        guard let context = toprelay_hmac_new(hmac.pointer, algorithm.name, key, key.count) else {
            throw CryptoError.unavailable(algorithm: "HMAC-\(algorithm.name)", detail: Libcrypto.drainErrors())
        }
        self.algorithm = algorithm
        self.context = context
    }

    deinit {
        toprelay_hmac_free(context)
    }

    /// The HMAC of a message, 16 or 32 bytes.
    package func authenticate(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        let code = Libcrypto.digest(of: algorithm.length) { toprelay_hmac(context, message, message.count, $0) }
        guard let code else { throw Libcrypto.failure(to: "authenticate") }
        return code
    }
}

package import Crypto

/// A random key of the system. It is made once, sealed in the vault, and has a version.
package struct SystemKey: Sendable {
    /// The purpose of a key.
    package enum Name: String, Sendable, CaseIterable {
        /// Keyed fingerprints of business keys in the audit trail.
        case fingerprint
        /// Request ids derived from `Idempotency-Key`.
        case idempotency
    }

    /// The length of a key in bytes.
    package static let length = 32

    /// The purpose of the key.
    package let name: Name
    /// The version, from 1. The highest one is used for new values. Lower ones find existing values.
    package let version: Int
    /// The key, 32 bytes.
    package let secret: Secret

    /// Makes a key of the vault.
    package init(name: Name, version: Int, secret: Secret) {
        self.name = name
        self.version = version
        self.secret = secret
    }
}

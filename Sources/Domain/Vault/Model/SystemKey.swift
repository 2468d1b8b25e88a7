package import Crypto

/// A random key of the system: made once, sealed in the vault, versioned.
package struct SystemKey: Sendable {
    /// What a key is for.
    package enum Name: String, Sendable, CaseIterable {
        /// Keyed fingerprints of business keys in the audit trail.
        case fingerprint
        /// Request ids that are derived from `Idempotency-Key`.
        case idempotency
    }

    /// How many bytes a key has.
    package static let length = 32

    /// What the key is for.
    package let name: Name
    /// 1 for the first one; the highest is the one to use, lower ones are for finding what they marked.
    package let version: Int
    /// The key itself, 32 bytes.
    package let secret: Secret

    /// A key as it stands in the vault.
    package init(name: Name, version: Int, secret: Secret) {
        self.name = name
        self.version = version
        self.secret = secret
    }
}

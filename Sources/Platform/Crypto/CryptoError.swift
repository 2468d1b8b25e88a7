import Bytes

/// An error of this module. No case has a key, a plain text or a part of one.
package enum CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// libcrypto does not offer this algorithm. For example, a FIPS configuration does not have MD5.
    case unavailable(algorithm: String, detail: String)
    /// An operation of libcrypto failed. `detail` is from its error queue.
    case failed(operation: String, detail: String)
    /// The text or bytes are not a valid key. `expected` describes a valid one.
    case unusableKey(expected: String)
    /// The value was not made by `SealingKey`: it is incomplete or has an unknown version.
    case unreadableBlob(detail: String)
    /// The value was sealed under another key. The numbers are values of `SealingKey.id`.
    case otherKey(sealedUnder: UInt32, given: UInt32)
    /// The value does not belong to the associated data: one of them was changed.
    case notAuthentic

    /// A text without a full stop that is safe to log.
    package var description: String {
        switch self {
        case .unavailable(let algorithm, let detail):
            "libcrypto does not offer \(algorithm) here (\(Self.shown(detail))); TOP's signs need it, so check OpenSSL's "
                + "configuration, especially FIPS mode"
        case .failed(let operation, let detail): "libcrypto failed to \(operation) (\(Self.shown(detail)))"
        case .unusableKey(let expected): "the key is unusable: expected \(expected)"
        case .unreadableBlob(let detail): "the sealed value is unreadable: \(detail)"
        case .otherKey(let sealedUnder, let given):
            "the value was sealed under the key \(Hex.lower(sealedUnder)), but the given key is "
                + Hex.lower(given)
        case .notAuthentic: "the sealed value or what it is bound to was changed"
        }
    }

    private static func shown(_ detail: String) -> String { detail.isEmpty ? "no detail" : detail }
}

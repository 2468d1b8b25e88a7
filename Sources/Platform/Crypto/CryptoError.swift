/// What can go wrong in this module. No case holds a key, a plain text or a part of one.
package enum CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// libcrypto has no such algorithm here; a FIPS configuration lacks MD5, for one.
    case unavailable(algorithm: String, detail: String)
    /// libcrypto refused an operation; `detail` is what its error queue held.
    case failed(operation: String, detail: String)
    /// The text or the bytes are no sealing key; `expected` says what one looks like.
    case unusableKey(expected: String)
    /// The blob is not one that `SealingKey` makes: cut short, or of a later version.
    case unreadableBlob(detail: String)
    /// The blob was sealed under another key; ids as `SealingKey.id`.
    case otherKey(sealedUnder: UInt32, given: UInt32)
    /// Blob and associated data do not belong together: one of them was changed.
    case notAuthentic

    /// One sentence without a full stop, safe to log.
    package var description: String {
        switch self {
        case .unavailable(let algorithm, let detail):
            "libcrypto does not offer \(algorithm) here (\(Self.shown(detail))); TOP signs need it, so check OpenSSL's "
                + "configuration, FIPS mode above all"
        case .failed(let operation, let detail): "libcrypto failed to \(operation) (\(Self.shown(detail)))"
        case .unusableKey(let expected): "the key is unusable: expected \(expected)"
        case .unreadableBlob(let detail): "the sealed value is unreadable: \(detail)"
        case .otherKey(let sealedUnder, let given):
            "the value was sealed under the key \(Self.hexadecimal(sealedUnder)), and the key given is "
                + Self.hexadecimal(given)
        case .notAuthentic: "the sealed value or what it is bound to was changed"
        }
    }

    private static func shown(_ detail: String) -> String { detail.isEmpty ? "no detail" : detail }

    private static func hexadecimal(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

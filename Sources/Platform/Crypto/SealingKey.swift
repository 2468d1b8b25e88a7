import Bytes

/// A key that seals values for storage, with AES-256-GCM.
///
/// A sealed value has a version byte (1), the key's id (4 bytes, big endian), a random nonce (12), the ciphertext (as
/// long as the plain text) and a tag (16). Version, id and associated data are authenticated, so a value opens only
/// under its key and together with its associated data. Random nonces limit a key to 2^32 values. To seal a value for
/// each call, use a `Sealer`.
package struct SealingKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Identifies the key: the first 32 bits of a hash of the key. It does not reveal the key.
    package let id: UInt32
    private let key: [UInt8]

    private static let version: UInt8 = 1
    private static let headerCount = 5
    private static let nonceCount = 12
    private static let tagCount = 16

    /// The difference in size between a sealed value and its plain text, in bytes.
    package static let overheadBytes = headerCount + nonceCount + tagCount

    /// Makes a key from exactly 32 bytes.
    /// - Throws: `unusableKey` for any other length.
    package init(bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == 32 else { throw CryptoError.unusableKey(expected: "32 bytes") }
        key = bytes
        let hash = try Digest.sha256(Array("toprelay sealing key id".utf8) + bytes)
        id = hash[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Makes a key from 32 bytes in padded standard base64.
    /// - Throws: `unusableKey` for any other text.
    package init(base64: String) throws(CryptoError) {
        guard let bytes = Base64.decode(base64), bytes.count == 32 else {
            throw CryptoError.unusableKey(
                expected: "base64 of 32 bytes (44 characters), such as the output of `openssl rand -base64 32`")
        }
        try self.init(bytes: bytes)
    }

    /// Seals a value.
    /// - Parameter associated: the data that the value is bound to. It is not stored.
    package func seal(_ plain: [UInt8], associated: [UInt8]) throws(CryptoError) -> [UInt8] {
        let header = Self.header(version: Self.version, of: id)
        let nonce = SecureRandom.bytes(Self.nonceCount)
        let (sealed, tag) = try GCM.seal(plain, key: key, nonce: nonce, header: header, associated: associated)
        return header + nonce + sealed + tag
    }

    /// Opens a sealed value.
    /// - Throws: `unreadableBlob` if it is incomplete or has an unknown version, `otherKey` if another key sealed it,
    ///   and `notAuthentic` if it or `associated` was changed.
    package func open(_ blob: [UInt8], associated: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard blob.count >= Self.overheadBytes else {
            throw CryptoError.unreadableBlob(
                detail: "\(blob.count) bytes instead of at least \(Self.overheadBytes)")
        }
        guard blob[0] == Self.version || blob[0] == SealedForm.version else {
            throw CryptoError.unreadableBlob(
                detail: "version \(blob[0]) instead of \(Self.version) or \(SealedForm.version)")
        }
        let sealedUnder = blob[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard sealedUnder == id else { throw CryptoError.otherKey(sealedUnder: sealedUnder, given: id) }
        if blob[0] == SealedForm.version { return try openSalted(blob, associated: associated) }
        let nonce = Self.headerCount..<(Self.headerCount + Self.nonceCount)
        let tag = (blob.count - Self.tagCount)..<blob.count
        return try GCM.open(
            Array(blob[nonce.upperBound..<tag.lowerBound]), tag: Array(blob[tag]), key: key, nonce: Array(blob[nonce]),
            header: Array(blob[..<Self.headerCount]), associated: associated)
    }

    /// The id of the key that sealed a value; nil if the value is too short to say.
    package static func idOfSealer(of blob: [UInt8]) -> UInt32? {
        guard blob.count >= headerCount else { return nil }
        return blob[1..<headerCount].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// A key of 32 bytes for another purpose. It does not reveal this key.
    func derived(_ purpose: [UInt8]) throws(CryptoError) -> [UInt8] {
        try HMAC.sha256(key: key, purpose)
    }

    static func header(version: UInt8, of id: UInt32) -> [UInt8] {
        [version] + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: id >> UInt32($0)) }
    }

    /// Names the key by its id.
    package var description: String { "sealing key \(id)" }

    /// Names the key by its id.
    package var debugDescription: String { description }

    /// A mirror that shows the id only.
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

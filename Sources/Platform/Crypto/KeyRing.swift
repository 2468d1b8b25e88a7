/// The versions of a sealing key. The first one is the newest and seals; every one opens.
///
/// A sealed value names its key, so opening tries no key in vain.
package struct KeyRing: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The largest number of keys.
    package static let maximumKeys = 8

    /// The keys, the newest first. There is at least one.
    package let keys: [SealingKey]

    /// The key that seals.
    package var newest: SealingKey { keys[0] }

    /// A ring of one key.
    package init(_ key: SealingKey) { keys = [key] }

    /// A ring of one key of exactly 32 bytes.
    /// - Throws: `unusableKey` for any other length.
    package init(bytes: [UInt8]) throws(CryptoError) { self.init(try SealingKey(bytes: bytes)) }

    /// The keys in a text: each is 32 bytes in padded standard base64, and blanks or line ends separate them.
    /// - Throws: `unusableKey` if there is no key, or too many, or the same key twice, or another text.
    package init(base64 text: String) throws(CryptoError) {
        var keys: [SealingKey] = []
        for word in text.split(whereSeparator: \.isWhitespace) { keys.append(try SealingKey(base64: String(word))) }
        guard (1...Self.maximumKeys).contains(keys.count), Set(keys.map(\.id)).count == keys.count else {
            throw CryptoError.unusableKey(
                expected: "1–\(Self.maximumKeys) different keys, each base64 of 32 bytes (44 characters), such as the "
                    + "output of `openssl rand -base64 32`")
        }
        self.keys = keys
    }

    /// Seals a value with the newest key.
    /// - Parameter associated: the data that the value is bound to. It is not stored.
    package func seal(_ plain: [UInt8], associated: [UInt8]) throws(CryptoError) -> [UInt8] {
        try newest.seal(plain, associated: associated)
    }

    /// Opens a value that one of the keys sealed.
    /// - Throws: `otherKey` if no key of the ring sealed it; otherwise as ``SealingKey/open(_:associated:)``.
    package func open(_ blob: [UInt8], associated: [UInt8]) throws(CryptoError) -> [UInt8] {
        let sealer = SealingKey.idOfSealer(of: blob)
        let key = keys.first { $0.id == sealer } ?? newest
        return try key.open(blob, associated: associated)
    }

    /// Makes a sealer of the newest key.
    package func sealer() throws(CryptoError) -> Sealer { try newest.sealer() }

    /// Names the keys by their ids.
    package var description: String { "sealing keys \(keys.map { String($0.id) }.joined(separator: ", "))" }

    /// Names the keys by their ids.
    package var debugDescription: String { description }

    /// A mirror that shows the ids only.
    package var customMirror: Mirror { Mirror(self, children: ["ids": keys.map(\.id)]) }
}

package import Crypto

/// A secret key that turns business keys into 64-bit fingerprints: searchable, and of no use to somebody who reads the table.
///
/// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed pseudo-random function made for short inputs; a digest of libcrypto would cost fifty times as much.
package struct FingerprintKey: Sendable {
    /// The key's version, stored beside the fingerprints that it made.
    package let version: Int16
    private let first: UInt64
    private let second: UInt64

    /// A key of the vault: its first sixteen bytes are used, and missing ones are zero.
    package init(version: Int, secret: Secret) {
        self.init(version: Int16(clamping: version), bytes: secret.bytes)
    }

    init(version: Int16, bytes: [UInt8]) {
        let bytes = bytes + [UInt8](repeating: 0, count: max(0, 16 - bytes.count))
        self.version = version
        first = Self.word(bytes.span, 0)
        second = Self.word(bytes.span, 8)
    }

    /// The fingerprint of a value under a name, whichever way the value is spelt. Name and value are kept apart by a NUL, which neither holds.
    package func fingerprint(name: String, value: String) -> Int64 {
        var hash = SipHash(first, second)
        let name = name.utf8.span
        hash.begin(with: name)
        hash.append(0)
        KeyNormalizer.append(value.utf8.span, named: name, to: &hash)
        return Int64(bitPattern: hash.finish())
    }

    func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash = SipHash(first, second)
        for byte in bytes { hash.append(byte) }
        return hash.finish()
    }

    private static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[offset + index]) << UInt64(index * 8) }
        return word
    }
}

import Bytes
package import Crypto

/// A secret key that turns business keys into 64-bit fingerprints. They can be searched, but they do not reveal a value
/// to someone who reads the table.
///
/// The function is SipHash-2-4 (Aumasson and Bernstein, 2012), a keyed pseudo-random function for short inputs. A
/// digest of libcrypto would cost fifty times as much.
package struct FingerprintKey: Sendable {
    /// The key's version, which is stored next to its fingerprints.
    package let version: Int16
    private let first: UInt64
    private let second: UInt64

    /// A key of the vault. Its first 16 bytes are used; missing bytes are zero.
    package init(version: Int, secret: Secret) {
        self.init(version: Int16(clamping: version), bytes: secret.bytes)
    }

    init(version: Int16, bytes: [UInt8]) {
        let bytes = bytes + [UInt8](repeating: 0, count: max(0, 16 - bytes.count))
        self.version = version
        first = Self.word(bytes.span, 0)
        second = Self.word(bytes.span, 8)
    }

    /// The fingerprint of a value under a name. All spellings of a value have the same fingerprint. A NUL, which
    /// neither text has, separates name and value.
    package func fingerprint(name: String, value: String) -> Int64 {
        var hash = SipHash(first, second)
        name.withUTF8Span { name in
            hash.begin(with: name)
            hash.append(0)
            value.withUTF8Span { KeyNormalizer.append($0, named: name, to: &hash) }
        }
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

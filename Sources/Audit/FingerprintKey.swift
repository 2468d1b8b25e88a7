public import Crypto

/// A secret key that turns business keys into 64-bit fingerprints: searchable, and of no use to somebody who reads the table.
///
/// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed pseudo-random function made for short inputs; a digest of libcrypto would cost fifty times as much.
public struct FingerprintKey: Sendable {
    /// The key's version, stored beside the fingerprints that it made.
    public let version: Int16
    private let first: UInt64
    private let second: UInt64

    /// A key of the vault: its first sixteen bytes are used, and missing ones are zero.
    public init(version: Int, secret: Secret) {
        self.init(version: Int16(clamping: version), bytes: secret.bytes)
    }

    init(version: Int16, bytes: [UInt8]) {
        let bytes = bytes + [UInt8](repeating: 0, count: max(0, 16 - bytes.count))
        self.version = version
        first = Self.word(bytes.span, 0)
        second = Self.word(bytes.span, 8)
    }

    /// The fingerprint of a value under a name, whichever way the value is spelt. Name and value are kept apart by a NUL, which neither holds.
    public func fingerprint(name: String, value: String) -> Int64 {
        var message: [UInt8] = []
        message.reserveCapacity(name.utf8.count + value.utf8.count + 1)
        return fingerprint(name: name, value: value, buffer: &message)
    }

    /// The same, with the message built in a buffer that the caller keeps for the next one.
    func fingerprint(name: String, value: String, buffer message: inout [UInt8]) -> Int64 {
        message.removeAll(keepingCapacity: true)
        message.append(contentsOf: name.utf8)
        message.append(0)
        KeyNormalizer.append(value.utf8.span, named: name.utf8.span, to: &message)
        return Int64(bitPattern: hash(message))
    }

    func hash(_ bytes: [UInt8]) -> UInt64 {
        let message = bytes.span
        var state = SipState(first, second)
        var offset = 0
        while offset + 8 <= message.count {
            state.absorb(Self.word(message, offset))
            offset += 8
        }
        var last = UInt64(message.count & 0xFF) << 56
        for index in offset..<message.count { last |= UInt64(message[index]) << UInt64((index - offset) * 8) }
        state.absorb(last)
        return state.finish()
    }

    private static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[offset + index]) << UInt64(index * 8) }
        return word
    }
}

private struct SipState {
    var v0, v1, v2, v3: UInt64

    init(_ first: UInt64, _ second: UInt64) {
        v0 = first ^ 0x736f_6d65_7073_6575
        v1 = second ^ 0x646f_7261_6e64_6f6d
        v2 = first ^ 0x6c79_6765_6e65_7261
        v3 = second ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    mutating func finish() -> UInt64 {
        v2 ^= 0xFF
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
        v0 &+= v1
        v1 = rotated(v1, 13) ^ v0
        v0 = rotated(v0, 32)
        v2 &+= v3
        v3 = rotated(v3, 16) ^ v2
        v0 &+= v3
        v3 = rotated(v3, 21) ^ v0
        v2 &+= v1
        v1 = rotated(v1, 17) ^ v2
        v2 = rotated(v2, 32)
    }

    private func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
}

import Bytes

/// SipHash-2-4 over bytes that arrive one after the other.
struct SipHash: ByteSink {
    private var v0, v1, v2, v3: UInt64
    /// The bytes since the last complete word, the first in the lowest place.
    private var word: UInt64 = 0
    private var count = 0

    init(_ first: UInt64, _ second: UInt64) {
        v0 = first ^ 0x736f_6d65_7073_6575
        v1 = second ^ 0x646f_7261_6e64_6f6d
        v2 = first ^ 0x6c79_6765_6e65_7261
        v3 = second ^ 0x7465_6462_7974_6573
    }

    mutating func append(_ byte: UInt8) {
        word |= UInt64(byte) &<< (UInt64(count & 7) &* 8)
        count &+= 1
        guard count & 7 == 0 else { return }
        absorb()
        word = 0
    }

    /// Takes a text as the first bytes, eight at a time.
    mutating func begin(with text: Span<UInt8>) {
        precondition(count == 0, "bytes were appended before")
        count = text.count
        var place = 0
        while place + 8 <= count {
            word = text.word(at: place)
            absorb()
            place += 8
        }
        word = 0
        while place < count {
            word |= UInt64(text[place]) &<< (UInt64(place & 7) &* 8)
            place += 1
        }
    }

    /// The hash of all bytes so far.
    consuming func finish() -> UInt64 {
        word |= UInt64(count & 0xFF) << 56
        absorb()
        v2 ^= 0xFF
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func absorb() {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
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

    @inline(__always)
    private func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
}

/// A set of bytes with a fast membership test.
@usableFromInline
package struct ByteSet: Sendable {
    /// One bit for each byte value, in four words.
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Makes an empty set.
    package init() {}

    /// Makes a set of the given bytes.
    package init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    /// Adds a byte.
    package mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    /// The union of two sets.
    package func union(_ other: ByteSet) -> ByteSet {
        var set = self
        set.words.0 |= other.words.0
        set.words.1 |= other.words.1
        set.words.2 |= other.words.2
        set.words.3 |= other.words.3
        return set
    }

    /// Calls `body` with each byte of the set.
    func forEach(_ body: (UInt8) -> Void) {
        forEach(words.0, from: 0, body)
        forEach(words.1, from: 64, body)
        forEach(words.2, from: 128, body)
        forEach(words.3, from: 192, body)
    }

    private func forEach(_ word: UInt64, from first: UInt8, _ body: (UInt8) -> Void) {
        var rest = word
        while rest != 0 {
            body(first + UInt8(truncatingIfNeeded: rest.trailingZeroBitCount))
            rest &= rest - 1
        }
    }

    /// Whether a byte is in the set.
    @inlinable @inline(__always)
    package func contains(_ byte: UInt8) -> Bool {
        let lower = byte & 0x40 == 0 ? words.0 : words.1
        let upper = byte & 0x40 == 0 ? words.2 : words.3
        return (byte & 0x80 == 0 ? lower : upper) >> UInt64(byte & 63) & 1 == 1
    }
}

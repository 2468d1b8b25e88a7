/// Scans bytes eight at a time.
extension Span where Element == UInt8 {
    /// The first position from `start` on that cannot be copied into a JSON string: a quotation mark, a backslash, a
    /// control character or a byte of 0x80 or more. `count` if there is none.
    @inlinable @inline(__always)
    package func endOfPlainText(from start: Int) -> Int {
        var place = start
        while place + 8 <= count {
            let word = word(at: place)
            let found = (Word.quoted(word) | word) & Word.all(0x80)
            if found != 0 { return place + found.trailingZeroBitCount >> 3 }
            place += 8
        }
        while place < count {
            let byte = self[place]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return place }
            place += 1
        }
        return place
    }

    /// The first position of a control character from `start` on and before `end`; `end` if there is none.
    package func firstControl(from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= count, "places within the bytes")
        var place = start
        while place + 8 <= end {
            let found = Word.controls(word(at: place)) & Word.all(0x80)
            if found != 0 { return place + found.trailingZeroBitCount >> 3 }
            place += 8
        }
        while place < end, self[unchecked: place] >= 0x20, self[unchecked: place] != 0x7F { place += 1 }
        return place
    }

    /// The first position of a byte of the set from `start` on; `count` if there is none.
    @inlinable @inline(__always)
    package func firstPlace(of set: ByteSet, from start: Int) -> Int {
        firstPlace(of: set, from: start, to: count)
    }

    /// The first position of a byte of the set from `start` on and before `end`; `end` if there is none.
    @inlinable @inline(__always)
    package func firstPlace(of set: ByteSet, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= count, "places within the bytes")
        var place = start
        while place < end, !set.contains(self[unchecked: place]) { place += 1 }
        return place
    }

    /// Whether the bytes are equal.
    @inlinable
    package func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else { return prefixWord == other.prefixWord }
        var place = 0
        while place + 8 < count {
            if word(at: place) != other.word(at: place) { return false }
            place += 8
        }
        return word(at: count - 8) == other.word(at: count - 8)
    }

    /// Whether the bytes are equal, ignoring the case of ASCII letters.
    package func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for place in 0..<count {
            let (one, two) = (self[unchecked: place], other[unchecked: place])
            if one != two, Self.lowered(one) != Self.lowered(two) { return false }
        }
        return true
    }

    /// The lower-case form of an upper-case ASCII letter; any other byte unchanged.
    @inline(__always)
    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// The eight bytes from `place` on.
    @inlinable @inline(__always)
    package func word(at place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// The four bytes from `place` on, with the first in the highest bits.
    @inlinable @inline(__always)
    func half(at place: Int) -> UInt32 {
        UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    /// A number that differs for nearly all different bytes. A sender can choose bytes with equal numbers.
    @inlinable @inline(__always)
    package var mark: UInt64 {
        let (first, last) = count < 8 ? (prefixWord, 0) : (word(at: 0), word(at: count - 8))
        let product = (first ^ last &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(count)
        return (product ^ product >> 29) &* 0xBF58_476D_1CE4_E5B9
    }

    /// The first eight bytes as a number that sorts like them, with zeros after the last. Texts that differ in these
    /// bytes are ordered as their numbers.
    @inlinable
    package var prefixWord: UInt64 {
        if count >= 8 { return word(at: 0).byteSwapped }
        if count >= 4 {
            // Two halves, which overlap if there are fewer than eight bytes.
            return UInt64(half(at: 0)) << 32 | UInt64(half(at: count - 4)) << UInt64(64 - 8 * count)
        }
        var prefix: UInt64 = 0
        for index in 0..<count { prefix |= UInt64(self[index]) << UInt64(56 - 8 * index) }
        return prefix
    }
}

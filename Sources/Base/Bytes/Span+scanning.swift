/// Looking through bytes eight at a time.
extension Span where Element == UInt8 {
    /// The first place from `start` on at which plain ASCII text ends, as it may stand in a JSON string: where a
    /// quotation mark, a backslash, a control character or a byte of 0x80 or more stands; `count` if there is none.
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

    /// The first place from `start` on at which a control character stands, before `end`; `end` if there is none.
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

    /// The first place from `start` on at which a byte of the set stands; `count` if there is none.
    @inlinable @inline(__always)
    package func firstPlace(of set: ByteSet, from start: Int) -> Int {
        firstPlace(of: set, from: start, to: count)
    }

    /// The same before `end`, which is given where there is none.
    @inlinable @inline(__always)
    package func firstPlace(of set: ByteSet, from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= count, "places within the bytes")
        var place = start
        while place < end, !set.contains(self[unchecked: place]) { place += 1 }
        return place
    }

    /// Whether the bytes are the same.
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

    /// Whether the bytes are the same but for the case of ASCII letters.
    package func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for place in 0..<count {
            let (one, two) = (self[unchecked: place], other[unchecked: place])
            if one != two, Self.lowered(one) != Self.lowered(two) { return false }
        }
        return true
    }

    /// An upper-case ASCII letter as its lower-case form; any other byte as it is.
    @inline(__always)
    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// The eight bytes from `place` on.
    @inlinable @inline(__always)
    package func word(at place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// The four bytes from `place` on, the first in the highest bits.
    @inlinable @inline(__always)
    func half(at place: Int) -> UInt32 {
        UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    /// A number that is nearly always another for other bytes. Whoever chooses the bytes can make it the same.
    @inlinable @inline(__always)
    package var mark: UInt64 {
        let (first, last) = count < 8 ? (prefixWord, 0) : (word(at: 0), word(at: count - 8))
        let product = (first ^ last &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(count)
        return (product ^ product >> 29) &* 0xBF58_476D_1CE4_E5B9
    }

    /// The first eight bytes in the order of their values, zeros behind the last: texts that differ in them are ordered
    /// as these numbers.
    @inlinable
    package var prefixWord: UInt64 {
        if count >= 8 { return word(at: 0).byteSwapped }
        if count >= 4 {
            // Two halves, which overlap where there are fewer than eight bytes.
            return UInt64(half(at: 0)) << 32 | UInt64(half(at: count - 4)) << UInt64(64 - 8 * count)
        }
        var prefix: UInt64 = 0
        for index in 0..<count { prefix |= UInt64(self[index]) << UInt64(56 - 8 * index) }
        return prefix
    }
}

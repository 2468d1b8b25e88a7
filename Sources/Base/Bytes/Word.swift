/// Eight bytes as one number, with the first in the lowest bits.
///
/// The tests set the highest bit of each matching byte. A borrow can also set it in a byte after a match, but never
/// before one. The lowest bit that is set is therefore right, and without a match none is set.
@usableFromInline
enum Word {
    /// Eight copies of a byte.
    @inlinable @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Marks the bytes that equal a given one.
    @inlinable @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ all(byte)
        return (difference &- all(1)) & ~difference
    }

    /// Marks the bytes that JSON writes as escapes: quotation marks, backslashes and control characters.
    @inlinable @inline(__always)
    static func quoted(_ word: UInt64) -> UInt64 {
        matches(word, UInt8(ascii: "\"")) | matches(word, UInt8(ascii: "\\")) | (word &- all(0x20)) & ~word
    }

    /// Marks control characters: below 0x20, and 0x7F.
    @inlinable @inline(__always)
    static func controls(_ word: UInt64) -> UInt64 { matches(word, 0x7F) | (word &- all(0x20)) & ~word }

    /// The number of bytes before the first one that JSON writes as an escape.
    @inlinable @inline(__always)
    static func countOfPlain(_ word: UInt64) -> Int { (quoted(word) & all(0x80)).trailingZeroBitCount >> 3 }
}

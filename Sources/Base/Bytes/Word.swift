/// Eight bytes as one number, the first in the lowest bits.
///
/// The tests leave the highest bit set in a byte that is looked for. A borrow can set it in a byte behind one that was
/// found, never in one before: so the lowest that is set is right, and none is set where there is nothing.
@usableFromInline
enum Word {
    /// Eight times the same byte.
    @inlinable @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Marks bytes that are the one given.
    @inlinable @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ all(byte)
        return (difference &- all(1)) & ~difference
    }

    /// Marks bytes that JSON writes as escapes: quotation marks, backslashes and control characters.
    @inlinable @inline(__always)
    static func quoted(_ word: UInt64) -> UInt64 {
        matches(word, UInt8(ascii: "\"")) | matches(word, UInt8(ascii: "\\")) | (word &- all(0x20)) & ~word
    }

    /// Marks control characters: below 0x20, and 0x7F.
    @inlinable @inline(__always)
    static func controls(_ word: UInt64) -> UInt64 { matches(word, 0x7F) | (word &- all(0x20)) & ~word }

    /// How many bytes stand before the first that JSON writes as an escape.
    @inlinable @inline(__always)
    static func countOfPlain(_ word: UInt64) -> Int { (quoted(word) & all(0x80)).trailingZeroBitCount >> 3 }
}

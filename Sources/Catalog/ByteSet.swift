/// A set of bytes, for looking at each byte of a text quickly.
public struct ByteSet: Sendable {
    @usableFromInline var words: InlineArray<4, UInt64> = [0, 0, 0, 0]

    static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    /// What escapes begin with: JSON's and those of URLs.
    static let escapes = ByteSet([UInt8(ascii: "\\"), UInt8(ascii: "%")])

    /// A set of the bytes given.
    public init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    /// Adds a byte.
    public mutating func insert(_ byte: UInt8) {
        words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    }

    func union(_ other: ByteSet) -> ByteSet {
        var set = self
        for index in 0..<4 { set.words[index] |= other.words[index] }
        return set
    }

    /// Whether a byte is in the set.
    @inlinable @inline(__always)
    public func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1
    }
}

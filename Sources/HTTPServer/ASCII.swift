/// Comparisons of header text, byte by byte and without making new text.
enum ASCII {
    /// Whether `text` is `lowercase` but for the case of its letters. `lowercase` holds no upper-case letter.
    static func matches(_ text: borrowing Span<UInt8>, _ lowercase: borrowing Span<UInt8>) -> Bool {
        guard text.count == lowercase.count else { return false }
        for index in text.indices where lowered(text[index]) != lowercase[index] { return false }
        return true
    }

    /// The same for whole texts.
    static func matches(_ text: String, _ lowercase: String) -> Bool {
        matches(text.utf8.span, lowercase.utf8.span)
    }

    @inline(__always)
    static func lowered(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether a byte may be part of a header field's name (RFC 9110, 5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        let bit = UInt64(1) << (byte & 63)
        return (byte < 64 ? lowTokens : byte < 128 ? highTokens : 0) & bit != 0
    }

    /// The bytes of a token below 64, and those from 64 to 127, a bit each.
    private static let lowTokens: UInt64 = 0x03FF_6CFA_0000_0000
    private static let highTokens: UInt64 = 0x57FF_FFFF_C7FF_FFFE
}

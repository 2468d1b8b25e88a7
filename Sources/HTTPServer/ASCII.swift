/// Comparisons of header text, byte by byte and without making new text.
enum ASCII {
    /// Whether `text` is `lowercase` but for the case of its letters. `lowercase` holds no upper-case letter.
    @inline(__always)
    static func matches(_ text: some StringProtocol, _ lowercase: String) -> Bool {
        text.utf8.count == lowercase.utf8.count
            && text.utf8.elementsEqual(lowercase.utf8) { lowered($0) == $1 }
    }

    @inline(__always)
    static func lowered(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether a byte may be part of a header field's name (RFC 9110, 5.6.2).
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

import Bytes

/// Decodes strings that a parser has checked.
enum Text {
    /// The text of a string's node.
    static func decode(_ bytes: Span<UInt8>, of node: Node) -> String {
        withUTF8(bytes, of: node) { String(wellFormed: $0) }
    }

    /// Passes the text of a string's node to `body` as UTF-8: in place, or as a decoded copy if it has escapes.
    static func withUTF8<Result>(_ bytes: Span<UInt8>, of node: Node, _ body: (Span<UInt8>) -> Result) -> Result {
        node.isEscaped ? body(decoded(bytes, of: node).span) : body(bytes.extracting(node.content))
    }

    /// The text of a string's node as UTF-8, with decoded escapes.
    static func decoded(_ bytes: Span<UInt8>, of node: Node) -> [UInt8] {
        let content = node.content
        var decoded: [UInt8] = []
        decoded.reserveCapacity(content.count)
        var here = content.lowerBound
        while here < content.upperBound {
            let byte = bytes[here]
            if byte == UInt8(ascii: "\\") {
                here += appendEscape(bytes, at: here, to: &decoded)
            } else {
                decoded.append(byte)
                here += 1
            }
        }
        return decoded
    }

    /// Appends the character of the escape at `here`, and returns the length of the escape in bytes.
    private static func appendEscape(_ bytes: Span<UInt8>, at here: Int, to decoded: inout [UInt8]) -> Int {
        switch bytes[here + 1] {
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): return appendUnicodeEscape(bytes, at: here, to: &decoded)
        case let other: decoded.append(other)
        }
        return 2
    }

    private static func appendUnicodeEscape(_ bytes: Span<UInt8>, at here: Int, to decoded: inout [UInt8]) -> Int {
        let unit = codeUnit(in: bytes, at: here) ?? 0xFFFD
        if unit & 0xFC00 == 0xD800, let low = codeUnit(in: bytes, at: here + 6), low & 0xFC00 == 0xDC00 {
            let scalar = 0x10000 + (UInt32(unit) & 0x3FF) << 10 + UInt32(low) & 0x3FF
            append(Unicode.Scalar(scalar), to: &decoded)
            return 12
        }
        append(Unicode.Scalar(unit), to: &decoded)
        return 6
    }

    /// Appends a scalar as UTF-8. A lone surrogate becomes U+FFFD.
    private static func append(_ scalar: Unicode.Scalar?, to decoded: inout [UInt8]) {
        decoded.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
    }

    /// The code unit of a `\uXXXX` at `here`; nil without one.
    static func codeUnit(in bytes: Span<UInt8>, at here: Int) -> UInt16? {
        guard here + 6 <= bytes.count, bytes[here] == UInt8(ascii: "\\"), bytes[here + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for offset in 2..<6 {
            guard let digit = hexadecimalDigit(bytes[here + offset]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// At most the first `limit` bytes of a text, ending between characters.
    static func cut(_ text: String, toBytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.startIndex
        var length = 0
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            length += UTF8.width(scalar)
            if length > limit { break }
            end = text.unicodeScalars.index(after: index)
        }
        return String(text[..<end])
    }
}

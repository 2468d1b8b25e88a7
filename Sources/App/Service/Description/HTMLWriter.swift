/// Writes HTML: what is text is escaped, what is markup is given as a literal.
struct HTMLWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 1 << 14) { bytes.reserveCapacity(capacity) }

    /// Markup, as it is. Never anything that comes from a catalog or a request.
    mutating func markup(_ text: StaticString) { bytes += "\(text)".utf8 }

    /// A style or script of the project's own, which is part of the binary.
    mutating func asset(_ text: String) { bytes += text.utf8 }

    /// Text, of content or of an attribute in double quotes.
    mutating func text(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default: bytes.append(byte)
            }
        }
    }

    /// Text between markup.
    mutating func line(_ before: StaticString, _ text: String, _ after: StaticString) {
        markup(before)
        self.text(text)
        markup(after)
    }
}

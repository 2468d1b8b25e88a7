/// Writes HTML. Text is escaped; markup comes only from literals.
struct HTMLWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 1 << 14) { bytes.reserveCapacity(capacity) }

    /// Writes literal markup. It must never come from a catalog or a request.
    mutating func markup(_ text: StaticString) { bytes += "\(text)".utf8 }

    /// Writes a style or script that is embedded in the binary.
    mutating func asset(_ text: String) { bytes += text.utf8 }

    /// Writes escaped text, as content or in an attribute with double quotes.
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

    /// Writes escaped text between markup.
    mutating func line(_ before: StaticString, _ text: String, _ after: StaticString) {
        markup(before)
        self.text(text)
        markup(after)
    }
}

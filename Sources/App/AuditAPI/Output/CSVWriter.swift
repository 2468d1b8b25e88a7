/// Writes CSV (RFC 4180) that Excel opens correctly: UTF-8 with a byte order mark, lines that end with CRLF, and no
/// text that a spreadsheet would run as a formula or round as a number.
///
/// Such a text gets a leading `'`, and so does a text that begins with `'`. Removing one leading `'` restores the text.
struct CSVWriter: Sendable {
    /// The bytes written so far.
    private(set) var bytes: [UInt8]
    private var isFirst = true

    init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Writes the byte order mark. Without it Excel expects the encoding of the system.
    mutating func byteOrderMark() { bytes += [0xEF, 0xBB, 0xBF] }

    /// Writes a text from outside the relay.
    mutating func cell(text: String?) {
        separate()
        guard let text, !text.isEmpty else { return }
        let mark: [UInt8] = Self.needsMark(text) ? [UInt8(ascii: "'")] : []
        guard text.utf8.contains(where: Self.needsQuotes) else {
            bytes += mark
            bytes += text.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        bytes += mark
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a value that the relay made, such as a number, a time or a word of the contract, unchanged.
    mutating func cell(own text: String?) {
        separate()
        if let text { bytes += text.utf8 }
    }

    mutating func endRow() {
        bytes += [13, 10]
        isFirst = true
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte < 0x20
    }

    /// Whether a spreadsheet would change a text.
    static func needsMark(_ text: String) -> Bool {
        // Some spreadsheets run a formula even after leading spaces.
        guard let first = text.unicodeScalars.first(where: { $0 == "\t" || $0 == "\r" || !$0.properties.isWhitespace })
        else {
            return false
        }
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "'": return true
        case "0"..."9", ".": return isRounded(text)
        default: return false
        }
    }

    /// Whether a text that begins like a number would be shown as a different number or as a date. Only whole numbers
    /// of at most 15 digits are safe, because a spreadsheet's numbers have 15 digits.
    private static func isRounded(_ text: String) -> Bool {
        var digits = 0
        var isWhole = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "+"),
                UInt8(ascii: "-"), UInt8(ascii: "%"), UInt8(ascii: " "), UInt8(ascii: "e"), UInt8(ascii: "E"):
                isWhole = false
            default: return false
            }
        }
        return !isWhole || digits > 15 || (digits > 1 && text.utf8.first == UInt8(ascii: "0"))
    }
}

/// Appends text to JSON that is written piece by piece.
enum JSONText {
    /// Appends a part of a text; `isEscaped`: as the content of a JSON string, with the escapes that JSON demands.
    static func append(_ text: Span<UInt8>, _ range: Range<Int>, to bytes: inout [UInt8], isEscaped: Bool) {
        guard isEscaped else {
            for place in range { bytes.append(text[place]) }
            return
        }
        for place in range {
            let byte = text[place]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            } else if byte >= 0x20 {
                bytes.append(byte)
            } else {
                appendControl(byte, to: &bytes)
            }
        }
    }

    private static func appendControl(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0x08: bytes.append(contentsOf: "\\b".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0C: bytes.append(contentsOf: "\\f".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        default:
            let low = byte & 0xF
            bytes.append(contentsOf: byte < 0x10 ? "\\u000".utf8 : "\\u001".utf8)
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}

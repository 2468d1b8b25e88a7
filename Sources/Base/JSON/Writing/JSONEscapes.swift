import Bytes

/// Writes text as the content of a JSON string. `"`, `\` and control characters get escapes; everything else stays
/// unchanged.
package enum JSONEscapes {
    /// Appends UTF-8 text, without checking it.
    package static func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        encoding.append(text, to: &bytes)
    }

    /// Appends UTF-8 text as a JSON string, without checking it.
    package static func appendQuoted(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        var isWhole = false
        var place = 0
        bytes.append(addingCapacity: text.count + text.count / 8 + 2 * ByteEncoding.room) { output in
            output.append(UInt8(ascii: "\""))
            place = encoding.append(text, from: 0, to: &output)
            guard place == text.count, !output.isFull else { return }
            output.append(UInt8(ascii: "\""))
            isWhole = true
        }
        if isWhole { return }
        encoding.append(text.extracting(place..<text.count), to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private static let encoding = ByteEncoding(escaped)

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x08: Array("\\b".utf8)
        case 0x09: Array("\\t".utf8)
        case 0x0A: Array("\\n".utf8)
        case 0x0C: Array("\\f".utf8)
        case 0x0D: Array("\\r".utf8)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
        case 0..<0x20: Array("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
        default: [byte]
        }
    }
}

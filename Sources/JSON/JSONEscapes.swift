/// Writes text as the content of a JSON string: `"`, `\` and control characters get escapes, all else stands as it is.
public enum JSONEscapes {
    /// So much text is written at once: room for it is made as if each of its bytes needed the longest escape.
    private static let stride = 256
    private static let longest = 6

    /// Appends UTF-8 text, which is not checked.
    public static func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        var start = 0
        while start < text.count {
            let end = min(start + stride, text.count)
            bytes.append(addingCapacity: (end - start) * longest) { output in
                for index in start..<end {
                    let byte = text[index]
                    if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                        output.append(byte)
                    } else {
                        append(escaped: byte, to: &output)
                    }
                }
            }
            start = end
        }
    }

    private static func append(escaped byte: UInt8, to output: inout OutputSpan<UInt8>) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            let low = byte & 0xF
            output.append(UInt8(ascii: "u"))
            output.append(UInt8(ascii: "0"))
            output.append(UInt8(ascii: "0"))
            output.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            output.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}

/// JSON with one line for each member and element, for people.
package enum IndentedJSON {
    /// Indents compact JSON. Invalid JSON stays invalid.
    package static func of(_ compact: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(compact.count * 2)
        var depth = 0
        var isInText = false
        var isEscaped = false
        for (index, byte) in compact.enumerated() {
            guard !isInText else {
                result.append(byte)
                if byte == UInt8(ascii: "\""), !isEscaped { isInText = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                isInText = true
                result.append(byte)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                result.append(byte)
                depth += 1
                if index + 1 < compact.count, !isEnd(compact[index + 1]) { breakLine(depth, &result) }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth = max(0, depth - 1)
                if index > 0, !isBegin(compact[index - 1]) { breakLine(depth, &result) }
                result.append(byte)
            case UInt8(ascii: ","):
                result.append(byte)
                breakLine(depth, &result)
            case UInt8(ascii: ":"): result += [byte, UInt8(ascii: " ")]
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
            default: result.append(byte)
            }
        }
        return result
    }

    private static func isBegin(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") }

    private static func breakLine(_ depth: Int, _ result: inout [UInt8]) {
        result.append(UInt8(ascii: "\n"))
        result += repeatElement(UInt8(ascii: " "), count: 2 * depth)
    }
}

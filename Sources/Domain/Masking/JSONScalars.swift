/// Finds the values in a JSON text without a parser, so that it also reads truncated or invalid JSON.
package enum JSONScalars {
    /// Calls `body` with the range of every scalar value: strings, numbers, `true`, `false` and any invalid token.
    /// Names of members and `null` are left out.
    package static func forEach(_ text: Span<UInt8>, _ body: (Range<Int>) -> Void) {
        var place = 0
        while place < text.count {
            let byte = text[place]
            if byte == UInt8(ascii: "\"") {
                let end = endOfString(text, at: place)
                if let value = placeBehindColon(text, from: end) {
                    place = value
                } else {
                    body(place..<end)
                    place = end
                }
            } else if isBetween(byte) {
                place += 1
            } else {
                var end = place + 1
                while end < text.count, !isBetween(text[end]), text[end] != UInt8(ascii: "\"") { end += 1 }
                if !isNull(text, place..<end) { body(place..<end) }
                place = end
            }
        }
    }

    /// Whether a text begins like a JSON object or list.
    package static func isOutlined(_ text: Span<UInt8>) -> Bool {
        for place in 0..<text.count where text[place] > 0x20 {
            return text[place] == UInt8(ascii: "{") || text[place] == UInt8(ascii: "[")
        }
        return false
    }

    private static func isBetween(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// The position after the closing quotation mark; the end of the text if there is none.
    private static func endOfString(_ text: Span<UInt8>, at start: Int) -> Int {
        var place = start + 1
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\""): return place + 1
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        return text.count
    }

    private static func placeBehindColon(_ text: Span<UInt8>, from end: Int) -> Int? {
        var place = end
        while place < text.count, text[place] <= 0x20 { place += 1 }
        return place < text.count && text[place] == UInt8(ascii: ":") ? place + 1 : nil
    }

    private static func isNull(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == 4 else { return false }
        for (offset, byte) in "null".utf8.enumerated() where text[range.lowerBound + offset] != byte { return false }
        return true
    }
}

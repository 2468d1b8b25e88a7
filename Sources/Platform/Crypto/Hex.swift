/// Hexadecimal text.
package enum Hex {
    /// Two upper-case digits a byte.
    package static func upper(_ bytes: [UInt8]) -> String { encode(bytes, letters: UInt8(ascii: "A")) }

    /// Two lower-case digits a byte.
    package static func lower(_ bytes: [UInt8]) -> String { encode(bytes, letters: UInt8(ascii: "a")) }

    /// The bytes of a text of hexadecimal digits in either case; nil if it is not one, or of odd length.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for digit in text.utf8 {
            guard let value = value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    /// The 36 characters of a UUID in lower case, from its two halves.
    package static func uuid(high: UInt64, low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { text in
            // The digit to write next stands in the highest four bits.
            var (high, low) = (high, low)
            for place in 0..<36 {
                if place == 8 || place == 13 || place == 18 || place == 23 {
                    text[place] = UInt8(ascii: "-")
                } else {
                    text[place] = digit(UInt8(truncatingIfNeeded: high >> 60), UInt8(ascii: "a"))
                    (high, low) = (high << 4 | low >> 60, low << 4)
                }
            }
            return 36
        }
    }

    private static func encode(_ bytes: [UInt8], letters: UInt8) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            var place = 0
            for byte in bytes {
                text[place] = digit(byte >> 4, letters)
                text[place &+ 1] = digit(byte & 0xF, letters)
                place &+= 2
            }
            return place
        }
    }

    private static func digit(_ value: UInt8, _ letters: UInt8) -> UInt8 {
        value &+ (value < 10 ? UInt8(ascii: "0") : letters &- 10)
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

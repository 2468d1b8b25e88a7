/// Hexadecimal text.
package enum Hex {
    /// Encodes each byte as two upper-case digits.
    package static func upper(_ bytes: [UInt8]) -> String { encode(bytes, letters: UInt8(ascii: "A")) }

    /// Encodes each byte as two lower-case digits.
    package static func lower(_ bytes: [UInt8]) -> String { encode(bytes, letters: UInt8(ascii: "a")) }

    /// Encodes a number as eight lower-case digits.
    package static func lower(_ number: UInt32) -> String {
        lower(stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) })
    }

    /// Decodes digits of either case; nil for any other text or an odd number of digits.
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

    /// The text of a UUID in lower case, from its two halves.
    package static func uuid(high: UInt64, low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { text in
            // The next digit is in the highest four bits.
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

    /// The value of a hexadecimal digit of either case; nil for another byte.
    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

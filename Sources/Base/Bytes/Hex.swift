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
            let text = UnsafeMutableRawBufferPointer(text)
            let (first, second) = (
                digits(UInt32(high >> 32), lower), digits(UInt32(truncatingIfNeeded: high), lower)
            )
            let (third, fourth) = (
                digits(UInt32(low >> 32), lower), digits(UInt32(truncatingIfNeeded: low), lower)
            )
            text.storeBytes(of: first, as: UInt64.self)
            text.storeBytes(of: UInt32(truncatingIfNeeded: second), toByteOffset: 9, as: UInt32.self)
            text.storeBytes(of: UInt32(second >> 32), toByteOffset: 14, as: UInt32.self)
            text.storeBytes(of: UInt32(truncatingIfNeeded: third), toByteOffset: 19, as: UInt32.self)
            text.storeBytes(of: UInt32(third >> 32), toByteOffset: 24, as: UInt32.self)
            text.storeBytes(of: fourth, toByteOffset: 28, as: UInt64.self)
            (text[8], text[13], text[18], text[23]) = (hyphen, hyphen, hyphen, hyphen)
            return 36
        }
    }

    private static func encode(_ bytes: [UInt8], letters: UInt8) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            let text = UnsafeMutableRawBufferPointer(buffer)
            var place = 0
            bytes.withUnsafeBytes { bytes in
                while place + 4 <= bytes.count {
                    let number = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
                    text.storeBytes(of: digits(number, letters), toByteOffset: 2 * place, as: UInt64.self)
                    place += 4
                }
            }
            place *= 2
            for byte in bytes.dropFirst(place / 2) {
                text[place] = digit(byte >> 4, letters)
                text[place &+ 1] = digit(byte & 0xF, letters)
                place &+= 2
            }
            return place
        }
    }

    private static let hyphen = UInt8(ascii: "-")
    private static let lower = UInt8(ascii: "a")

    /// The eight digits of a number, the first in the lowest bits.
    @inline(__always)
    private static func digits(_ number: UInt32, _ letter: UInt8) -> UInt64 {
        // Each step moves the upper half of every part away from its lower half. Then each byte holds one digit.
        var value = UInt64(number.byteSwapped)
        value = (value | value << 16) & 0x0000_FFFF_0000_FFFF
        value = (value | value << 8) & 0x00FF_00FF_00FF_00FF
        value = (value >> 4 | value << 8) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (value &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (value &+ 0x3030_3030_3030_3030 &+ letters &* (UInt64(letter) &- 0x3A)).littleEndian
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

/// Gives each business key one spelling, for storing and for searching fingerprints.
///
/// People write the same value in several ways: a phone number with +86 and spaces, a plate with its dot, a VIN in
/// lower case. The words of a key's name, such as `car_vin`, `car_license` or `phone`, tell what the key means. Other
/// keys only lose the surrounding spaces.
enum KeyNormalizer {
    private enum Kind { case phone, compact, other }

    /// Appends the normalized value in UTF-8.
    static func append(_ value: Span<UInt8>, named name: Span<UInt8>, to bytes: inout some ByteSink) {
        switch kind(of: name) {
        case .phone: appendPhone(value, to: &bytes)
        case .compact: appendCompact(value, to: &bytes)
        case .other: appendTrimmed(value, to: &bytes)
        }
    }

    /// Classifies a name by its words, without allocating a string.
    private static func kind(of name: Span<UInt8>) -> Kind {
        var word: UInt64 = 0
        for index in 0..<name.count {
            if name[index] == UInt8(ascii: "_") {
                if let found = kind(ofWord: word) { return found }
                word = 0
            } else {
                word = word << 8 | UInt64(name[index] | 0x20)
            }
        }
        return kind(ofWord: word) ?? .other
    }

    /// - Parameter word: the last eight bytes of a word, in lower case.
    private static func kind(ofWord word: UInt64) -> Kind? {
        switch word {
        case 0x70_686F_6E65, 0x656C_6570_686F_6E65: .phone  // phone, telephone
        case 0x6D6F_6269_6C65, 0x74_656C: .phone  // mobile, tel
        case 0x6C_6963_656E_7365, 0x6C_6963_656E_6365: .compact  // license, licence
        case 0x70_6C61_7465, 0x76_696E: .compact  // plate, vin
        default: nil
        }
    }

    private static func appendTrimmed(_ value: Span<UInt8>, to bytes: inout some ByteSink) {
        var (start, end) = (0, value.count)
        while start < end, isBlank(value[start]) { start += 1 }
        while end > start, isBlank(value[end - 1]) { end -= 1 }
        for index in start..<end { bytes.append(value[index]) }
    }

    /// Keeps only digits, and drops the country code of a mainland number.
    private static func appendPhone(_ value: Span<UInt8>, to bytes: inout some ByteSink) {
        var (count, firstFour) = (0, UInt32(0))
        var isInternational: Bool?
        for index in 0..<value.count {
            let byte = value[index]
            if isInternational == nil, !isBlank(byte) { isInternational = byte == UInt8(ascii: "+") }
            guard isDigit(byte) else { continue }
            if count < 4 { firstFour = firstFour << 8 | UInt32(byte) }
            count += 1
        }
        guard count >= 5 else { return appendCompact(value, to: &bytes) }
        let hasZeros = firstFour >> 16 == 0x3030
        let afterZeros = hasZeros ? firstFour & 0xFFFF : firstFour >> 16
        let hasCode =
            afterZeros == 0x3836 && (isInternational == true || hasZeros || count - (hasZeros ? 2 : 0) == 13)
        var left = (hasZeros ? 2 : 0) + (hasCode ? 2 : 0)
        for index in 0..<value.count where isDigit(value[index]) {
            if left > 0 { left -= 1 } else { bytes.append(value[index]) }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// Converts to upper case and drops spaces, hyphens and the dots of plates.
    private static func appendCompact(_ value: Span<UInt8>, to bytes: inout some ByteSink) {
        var index = 0
        while index < value.count {
            let byte = value[index]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "-"), UInt8(ascii: "."): break
            case UInt8(ascii: "a")...UInt8(ascii: "z"): bytes.append(byte & 0xDF)
            case 0xC2 where byteAt(index + 1, value) == 0xB7: index += 1
            case 0xE2, 0xE3:
                guard isDot(byte, byteAt(index + 1, value), byteAt(index + 2, value)) else { fallthrough }
                index += 2
            default: bytes.append(byte)
            }
            index += 1
        }
    }

    /// Whether three bytes are `•`, U+2027, the ideographic space or `・` in UTF-8.
    private static func isDot(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (first, second, third) {
        case (0xE2, 0x80, 0xA2), (0xE2, 0x80, 0xA7), (0xE3, 0x80, 0x80), (0xE3, 0x83, 0xBB): true
        default: false
        }
    }

    private static func byteAt(_ index: Int, _ value: Span<UInt8>) -> UInt8 {
        index < value.count ? value[index] : 0
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

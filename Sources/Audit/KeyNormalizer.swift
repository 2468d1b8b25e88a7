/// One spelling for each business key, used when a fingerprint is stored and when one is searched.
///
/// People write the same number in several ways: a phone with +86 and blanks, a plate with its dot, a VIN in lower case. What a key means is told by the
/// words of its name (`car_vin`, `car_license`, `phone`); every other key only loses the blanks around it.
enum KeyNormalizer {
    private enum Kind { case phone, plate, vin, other }

    /// The value's one spelling.
    static func normalized(name: String, value: String) -> String {
        switch kind(of: name) {
        case .phone: phone(value)
        case .plate, .vin: compact(value)
        case .other: trimmed(value)
        }
    }

    /// Looks at each word of a name without making a string of it.
    private static func kind(of name: String) -> Kind {
        var word: UInt64 = 0
        var found = Kind.other
        for byte in name.utf8 {
            if byte == UInt8(ascii: "_") {
                if case .other = found { found = kinds[word] ?? .other }
                word = 0
            } else {
                word = word << 8 | UInt64(byte | 0x20)
            }
        }
        if case .other = found { return kinds[word] ?? .other }
        return found
    }

    private static let kinds: [UInt64: Kind] = [
        packed("phone"): .phone, packed("telephone"): .phone, packed("mobile"): .phone, packed("tel"): .phone,
        packed("license"): .plate, packed("licence"): .plate, packed("plate"): .plate, packed("vin"): .vin,
    ]

    /// The last eight bytes of a word, in lower case.
    private static func packed(_ word: String) -> UInt64 {
        word.utf8.reduce(0) { $0 << 8 | UInt64($1 | 0x20) }
    }

    private static func trimmed(_ value: String) -> String {
        guard let first = value.utf8.first, let last = value.utf8.last else { return value }
        guard isBlank(first) || isBlank(last) else { return value }
        var bytes = value.utf8[...]
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Digits alone, and a mainland number without its country code.
    private static func phone(_ value: String) -> String {
        let digits = value.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits.count >= 5 else { return compact(value) }
        let isInternational =
            value.utf8.first { !isBlank($0) } == UInt8(ascii: "+") || digits.starts(with: [0x30, 0x30])
        let number = digits.starts(with: [0x30, 0x30]) ? digits.dropFirst(2) : digits[...]
        let hasCode = number.starts(with: [0x38, 0x36]) && (isInternational || number.count == 13)
        return String(decoding: hasCode ? number.dropFirst(2) : number, as: UTF8.self)
    }

    /// Upper case, without blanks, hyphens and the dots that plates are written with.
    private static func compact(_ value: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case " ", "\t", "-", ".", "·", "•", "・", "\u{2027}", "\u{3000}": continue
            case "a"..."z": scalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) & 0xDF))
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

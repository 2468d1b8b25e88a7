import Bytes

extension Sensitivity {
    /// Whether values are numbers, perhaps with letters. People write them in either case, and with or without blanks,
    /// hyphens and dots.
    package var isNumber: Bool {
        switch self {
        case .phone, .plate, .vin, .engine, .identity, .card: true
        case .identifier, .name, .address, .secret: false
        }
    }

    /// The usual form of a number: in capitals, without blanks, hyphens and dots, and a telephone number without +86.
    /// Nil if the text already has that form, apart from its case, and for values that are not numbers.
    ///
    /// TOP's texts may repeat a value in this form.
    package func plainForm(of text: String) -> String? {
        guard isNumber, !Self.isPlain(text) || self == .phone && text.utf8.count > 11 else { return nil }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z": plain.append(Unicode.Scalar(UInt8(scalar.value - 0x20)))
            case " ", "-", ".", "+", "(", ")", "\u{B7}", "\u{2022}", "\u{2027}", "\u{3000}", "\u{30FB}": continue
            default: plain.append(scalar)
            }
        }
        if self == .phone, plain.count > 11 {
            if plain.starts(with: "0086".unicodeScalars) { plain.removeFirst(2) }
            if plain.count > 11, plain.starts(with: "86".unicodeScalars) { plain.removeFirst(2) }
        }
        let form = String(plain)
        return form.utf8.elementsEqual(text.utf8) ? nil : form
    }

    private static func isPlain(_ text: String) -> Bool {
        text.withUTF8Span { text in
            for index in 0..<text.count where !isPlain(text[index]) { return false }
            return true
        }
    }

    /// Whether a byte is a digit, a letter, or a byte of a Chinese character. The bytes of dots are excluded.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...0xC1, 0xE4...0xE9:
            true
        default: false
        }
    }
}

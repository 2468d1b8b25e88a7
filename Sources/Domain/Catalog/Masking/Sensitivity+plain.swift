import Bytes

extension Sensitivity {
    /// Whether values are numbers, perhaps with letters, that people write in capitals or not, and with blanks, hyphens or
    /// dots in them or not.
    var isNumber: Bool {
        switch self {
        case .phone, .plate, .vin, .engine, .identity, .card: true
        case .identifier, .name, .address, .secret: false
        }
    }

    /// A number as most others write it: in capitals, without blanks, hyphens and dots, a telephone number without +86.
    /// Nil where that is how it is written but for the case, and for what is no number.
    ///
    /// TOP's texts may repeat a value in this form whichever way the caller wrote it.
    func plainForm(of text: String) -> String? {
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

    /// Digits, letters, and what Chinese characters are made of but for those with dots.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...0xC1, 0xE4...0xE9:
            true
        default: false
        }
    }
}

import Bytes

/// The kind of private value that a field has. It decides how much of the value is shown.
///
/// The masked form has a head and a tail, as is usual in China (`137****0000`). They are at most about half of the
/// value. Between them are four asterisks, except in names. A short value becomes `***`.
package enum Sensitivity: String, Sendable, CaseIterable {
    /// A telephone number: the first 3 and the last 4 characters are shown.
    case phone
    /// A car's licence plate: the first 2 and the last 2 characters are shown.
    case plate
    /// A vehicle identification number: the first 3 and the last 4 characters are shown.
    case vin
    /// An engine number: the first 2 and the last 2 characters are shown.
    case engine
    /// An identity card number: the first 3 and the last 4 characters are shown.
    case identity
    /// The number of a bank card or a shop's card: the last 4 characters are shown.
    case card
    /// The id of a person or an account: the first 2 and the last 2 characters are shown.
    case identifier
    /// A person's name: the first character is shown, and an asterisk for each of the others, at most 4.
    case name
    /// An address: the first 6 characters are shown.
    case address
    /// Any other private value: nothing is shown.
    case secret

    /// The masked form of a value. It needs no escapes in JSON.
    package func mask(_ text: String) -> String {
        text.withUTF8Span { text in
            var count = 0
            for index in 0..<text.count {
                let byte = text[index]
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return "***" }
                if Self.isFirst(byte) { count += 1 }
            }
            let (head, tail) = shown(of: count)
            guard head + tail > 0 else { return "***" }
            return String(capacity: text.count + 4) { output in
                output.append(text.extracting(0..<Self.place(of: head, in: text)))
                output.append(repeating: UInt8(ascii: "*"), count: self == .name ? min(count - head, 4) : 4)
                output.append(text.extracting(Self.place(of: count - tail, in: text)..<text.count))
            }
        }
    }

    /// The position of the character with an index; the end for an index that is too large.
    private static func place(of character: Int, in text: Span<UInt8>) -> Int {
        var (place, left) = (0, character)
        while place < text.count {
            if isFirst(text[place]) {
                if left == 0 { return place }
                left -= 1
            }
            place += 1
        }
        return place
    }

    /// Whether a byte begins a character.
    private static func isFirst(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

    /// How many of the first and of the last characters are shown of a value with `count` characters.
    private func shown(of count: Int) -> (head: Int, tail: Int) {
        switch self {
        case .phone, .vin, .identity:
            count >= 10 ? (3, 4) : few(of: count)
        case .plate, .engine, .identifier:
            count >= 7 ? (2, 2) : few(of: count)
        case .card:
            count >= 8 ? (0, 4) : count >= 5 ? (0, 1) : (0, 0)
        case .name:
            count >= 2 ? (1, 0) : (0, 0)
        case .address:
            count >= 10 ? (6, 0) : (0, 0)
        case .secret:
            (0, 0)
        }
    }

    private func few(of count: Int) -> (head: Int, tail: Int) {
        count >= 5 ? (1, 1) : (0, 0)
    }
}

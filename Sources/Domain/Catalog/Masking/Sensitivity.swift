import Bytes

/// What kind of private value a field holds, and so how much of it may be shown.
///
/// What is shown is a head and a tail, as people expect it in China (`137****0000`), and never more than about half of
/// a value; the middle is four asterisks whatever its length, but for names. A short value is `***`.
package enum Sensitivity: String, Sendable, CaseIterable {
    /// A telephone number: 3 in front, 4 behind.
    case phone
    /// A car's licence plate: 2 in front, 2 behind.
    case plate
    /// A vehicle identification number: 3 in front, 4 behind.
    case vin
    /// An engine number: 2 in front, 2 behind.
    case engine
    /// An identity card's number: 3 in front, 4 behind.
    case identity
    /// A bank's or a shop's card number: 4 behind.
    case card
    /// A person's or an account's id: 2 in front, 2 behind.
    case identifier
    /// A person's name: the first character, and an asterisk for each of the others.
    case name
    /// An address: the first 6 characters.
    case address
    /// Anything else: nothing is shown.
    case secret

    /// The value with its middle replaced. The result needs no escapes in JSON.
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

    /// Where the character of that index begins; the end for one too many.
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

    /// How many characters in front and behind are shown of a value of `count` characters.
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

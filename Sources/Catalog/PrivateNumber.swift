/// Numbers that are private by their very form.
enum PrivateNumber {
    /// The number's end and its masked form if one begins at `place`.
    static func hit(in text: ArraySlice<UInt8>, at place: Int) -> (end: Int, shown: [UInt8])? {
        guard isDigit(text[place]), place == text.startIndex || !isDigit(text[place - 1]) else { return nil }
        var end = place + 1
        // Longer runs are neither; 20 digits are enough to know.
        while end < text.endIndex, end - place < 20, isDigit(text[end]) { end += 1 }
        switch end - place {
        case 11 where isMobile(text[place..<end]):
            return (end, shown(text[place..<end]))
        case 13 where text[place] == 0x38 && text[place + 1] == 0x36 && isMobile(text[(place + 2)..<end]):
            return (end, Array("86".utf8) + shown(text[(place + 2)..<end]))
        case 17 where end < text.endIndex && text[end] | 0x20 == UInt8(ascii: "x"):
            return isIdentity(text[place...end]) ? (end + 1, shown(text[place...end])) : nil
        case 18 where isIdentity(text[place..<end]):
            return (end, shown(text[place..<end]))
        default:
            return nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    private static func shown(_ number: ArraySlice<UInt8>) -> [UInt8] {
        Array(number.prefix(3)) + Array("****".utf8) + Array(number.suffix(4))
    }

    private static func isMobile(_ digits: ArraySlice<UInt8>) -> Bool {
        let first = digits.startIndex
        return digits[first] == UInt8(ascii: "1") && digits[first + 1] >= UInt8(ascii: "3")
    }

    /// GB 11643: region, birthday, sequence, check digit by ISO 7064 MOD 11-2.
    private static func isIdentity(_ number: ArraySlice<UInt8>) -> Bool {
        let values = number.map { $0 | 0x20 == UInt8(ascii: "x") ? 10 : Int($0 - UInt8(ascii: "0")) }
        let century = values[6] * 10 + values[7]
        let month = values[10] * 10 + values[11]
        let day = values[12] * 10 + values[13]
        guard century == 19 || century == 20, month >= 1, month <= 12, day >= 1, day <= 31 else { return false }
        var sum = 0
        for (value, weight) in zip(values, weights) { sum += value * weight }
        return sum % 11 == 1
    }

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1]
}

/// Numbers that are private by their very form.
enum PrivateNumber {
    /// Where the number ends if one begins at `place`.
    static func end(_ text: Span<UInt8>, at place: Int) -> Int? {
        guard isDigit(text[place]), place == 0 || !isDigit(text[place - 1]) else { return nil }
        var end = place + 1
        // Longer runs are neither; 20 digits are enough to know.
        while end < text.count, end - place < 20, isDigit(text[end]) { end += 1 }
        switch end - place {
        case 11: return isMobile(text, at: place) ? end : nil
        case 13: return hasCountry(text, at: place) && isMobile(text, at: place + 2) ? end : nil
        case 17 where end < text.count && text[end] | 0x20 == UInt8(ascii: "x"):
            return isIdentity(text, at: place) ? end + 1 : nil
        case 18: return isIdentity(text, at: place) ? end : nil
        default: return nil
        }
    }

    /// Appends a number's masked form: 3 in front (behind the country's code), 4 behind.
    static func append(_ number: Span<UInt8>, to bytes: inout [UInt8]) {
        for place in 0..<(number.count == 13 ? 5 : 3) { bytes.append(number[place]) }
        bytes.append(contentsOf: "****".utf8)
        for place in (number.count - 4)..<number.count { bytes.append(number[place]) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    private static func hasCountry(_ text: Span<UInt8>, at place: Int) -> Bool {
        text[place] == UInt8(ascii: "8") && text[place + 1] == UInt8(ascii: "6")
    }

    private static func isMobile(_ text: Span<UInt8>, at place: Int) -> Bool {
        text[place] == UInt8(ascii: "1") && text[place + 1] >= UInt8(ascii: "3")
    }

    /// GB 11643: region, birthday, sequence, check digit by ISO 7064 MOD 11-2.
    private static func isIdentity(_ text: Span<UInt8>, at place: Int) -> Bool {
        let century = number(text, at: place + 6)
        let month = number(text, at: place + 10)
        let day = number(text, at: place + 12)
        guard century == 19 || century == 20, month >= 1, month <= 12, day >= 1, day <= 31 else { return false }
        var sum = 0
        var weight = 1
        for offset in (0..<18).reversed() {
            let byte = text[place + offset]
            sum += (isDigit(byte) ? Int(byte - UInt8(ascii: "0")) : 10) * weight
            weight = weight * 2 % 11
        }
        return sum % 11 == 1
    }

    /// Two digits as a number.
    private static func number(_ text: Span<UInt8>, at place: Int) -> Int {
        Int(text[place] - UInt8(ascii: "0")) * 10 + Int(text[place + 1] - UInt8(ascii: "0"))
    }
}

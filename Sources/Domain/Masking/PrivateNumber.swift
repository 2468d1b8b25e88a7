import Bytes

/// Recognises numbers that are private by their form: mobile numbers and identity card numbers. Their digits may be
/// escaped.
package enum PrivateNumber {
    /// How many digits of a run are read. Longer runs are not private.
    private static let maximumDigits = 20

    /// A run of digits, perhaps with the X of an identity card after it.
    private struct Run {
        var digits = SIMD32<UInt8>()
        var count = 0
        var end: Int
        /// The position after an `X` that follows the run; nil without one.
        var endOfX: Int?

        mutating func append(_ digit: UInt8) {
            digits[count] = digit
            count += 1
        }

        /// Two digits as a number.
        func number(at place: Int) -> Int { Int(digits[place]) * 10 + Int(digits[place + 1]) }
    }

    /// The end of the digits that begin at `place`.
    @inline(__always)
    static func endOfDigits(_ text: Span<UInt8>, at place: Int) -> Int {
        var end = place
        while end < text.count, isDigit(text[end]) { end += 1 }
        return end
    }

    /// Whether a run of digits may be a private number or its first part. No digit precedes the run. Most runs are not.
    @inline(__always)
    static func mayBegin(_ text: Span<UInt8>, _ digits: Range<Int>) -> Bool {
        let end = digits.upperBound
        let first = text[digits.lowerBound]
        return switch digits.count {
        case 3, 5, 7:
            first == UInt8(ascii: "1") && text[digits.lowerBound + 1] >= UInt8(ascii: "3") && end < text.count
                && mayBeSeparator(text[end]) || isEscape(text, at: end)
        case 11: first == UInt8(ascii: "1") || isEscape(text, at: end)
        case 13: first == UInt8(ascii: "8") || isEscape(text, at: end)
        case 15: first == UInt8(ascii: "0") || isEscape(text, at: end)
        case 17, 18: true
        default: isEscape(text, at: end)
        }
    }

    /// Whether an escape may begin at `place`, which could be another digit.
    @inline(__always)
    private static func isEscape(_ text: Span<UInt8>, at place: Int) -> Bool {
        place < text.count && EscapeDecoder.mayBeginEscape(text[place])
    }

    /// Whether a whole text is a private number by its form.
    package static func isWhole(_ text: String) -> Bool {
        guard (11...18).contains(text.utf8.count) else { return false }
        return text.withUTF8Span { span in
            endOfDigits(span, at: 0) >= span.count - 1 && isDigit(span[0]) && end(span, at: 0) == span.count
        }
    }

    /// The end of the private number that begins at `place`; nil if there is none. `place` has a digit, and no digit
    /// precedes it.
    static func end(_ text: Span<UInt8>, at place: Int) -> Int? {
        let run = run(text, at: place)
        switch run.count {
        case 3, 5, 7: return endOfParts(text, run)
        case 11: return isMobile(run, at: 0) ? run.end : nil
        case 13: return run.number(at: 0) == 86 && isMobile(run, at: 2) ? run.end : nil
        case 15: return run.number(at: 0) == 0 && run.number(at: 2) == 86 && isMobile(run, at: 4) ? run.end : nil
        case 17: return run.endOfX.flatMap { isIdentity(run, last: 10) ? $0 : nil }
        case 18: return isIdentity(run, last: Int(run.digits[17])) ? run.end : nil
        default: return nil
        }
    }

    private static func run(_ text: Span<UInt8>, at place: Int) -> Run {
        var run = Run(end: place)
        extend(&run, text)
        return run
    }

    private static func extend(_ run: inout Run, _ text: Span<UInt8>) {
        while run.end < text.count, run.count < maximumDigits {
            let byte = text[run.end]
            if isDigit(byte) {
                run.append(byte - UInt8(ascii: "0"))
                run.end += 1
                continue
            }
            if byte | 0x20 == UInt8(ascii: "x") { run.endOfX = run.end + 1 }
            guard EscapeDecoder.mayBeginEscape(byte), let step = EscapeDecoder.step(text, at: run.end) else { break }
            guard isDigit(step.scalar) else {
                if step.scalar | 0x20 == 0x78 { run.endOfX = step.end }
                break
            }
            run.append(UInt8(truncatingIfNeeded: step.scalar - 0x30))
            run.end = step.end
        }
    }

    /// The end of a mobile number in parts, such as `138-1234-5678`, `(138) 12345678` or `13812 345678`.
    private static func endOfParts(_ text: Span<UInt8>, _ head: Run) -> Int? {
        guard isMobile(head, at: 0) else { return nil }
        var run = head
        var (parts, dots) = (1, 0)
        while run.count < 11, parts < 3, let separator = separator(text, at: run.end) {
            let count = run.count
            if separator.isDot { dots += 1 }
            run.end = separator.end
            extend(&run, text)
            // All other digits follow the operator's three, or four of them.
            guard run.count == 11 || head.count == 3 && run.count - count == 4 else { return nil }
            parts += 1
        }
        // A number with one dot is a decimal.
        return run.count == 11 && (dots == 0 || dots == 2) ? run.end : nil
    }

    /// One blank, hyphen, dot or bracket. A blank or a hyphen may follow a closing bracket.
    private static func separator(_ text: Span<UInt8>, at place: Int) -> (end: Int, isDot: Bool)? {
        guard let first = EscapeDecoder.step(text, at: place), isSeparator(first.scalar) else { return nil }
        if first.scalar == 0x29, let next = EscapeDecoder.step(text, at: first.end), [0x20, 0x2D].contains(next.scalar)
        {
            return (next.end, false)
        }
        return (first.end, first.scalar == 0x2E)
    }

    private static func isSeparator(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x20, 0x28, 0x29, 0x2D, 0x2E, 0xA0, 0x3000: true
        default: false
        }
    }

    /// Whether a separator may begin with a byte.
    private static func mayBeSeparator(_ byte: UInt8) -> Bool {
        byte >= 0x80 || isSeparator(UInt32(byte))
    }

    /// Appends the masked form of a number: the country code and 3 digits, asterisks, 4 digits.
    static func append(_ number: Span<UInt8>, to bytes: inout [UInt8]) {
        var digits: [UInt8] = []
        var isBracketed = false
        var place = 0
        while let step = EscapeDecoder.step(number, at: place) {
            if isDigit(step.scalar) || step.scalar | 0x20 == 0x78 {
                digits.append(UInt8(truncatingIfNeeded: step.scalar))
            } else if step.scalar == 0x29 {
                isBracketed = true
            }
            place = step.end
        }
        bytes.append(contentsOf: digits.prefix(digits.count == 13 ? 5 : digits.count == 15 ? 7 : 3))
        // The opening bracket precedes the number.
        bytes.append(contentsOf: isBracketed ? ")****".utf8 : "****".utf8)
        bytes.append(contentsOf: digits.suffix(4))
    }

    /// Whether a byte is an ASCII digit.
    package static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    static func isDigit(_ scalar: UInt32) -> Bool {
        scalar &- 0x30 < 10
    }

    private static func isMobile(_ run: Run, at place: Int) -> Bool {
        run.digits[place] == 1 && run.digits[place + 1] >= 3
    }

    /// GB 11643: region, birthday, sequence, check digit by ISO 7064 MOD 11-2.
    private static func isIdentity(_ run: Run, last: Int) -> Bool {
        let (century, month, day) = (run.number(at: 6), run.number(at: 10), run.number(at: 12))
        guard century == 19 || century == 20, month >= 1, month <= 12, day >= 1, day <= 31 else { return false }
        var (sum, weight) = (last, 2)
        for place in (0..<17).reversed() {
            sum += Int(run.digits[place]) * weight
            weight = weight * 2 % 11
        }
        return sum % 11 == 1
    }
}

/// Numbers that are private by their very form, also with their digits written as escapes.
enum PrivateNumber {
    /// The most digits that are looked at: longer runs are nothing private.
    private static let maximumDigits = 20

    /// A run of digits, perhaps with the X of an identity card behind them.
    private struct Run {
        var digits = SIMD32<UInt8>()
        var count = 0
        var end: Int
        /// One past an `X` behind the run.
        var endOfX: Int?

        mutating func append(_ digit: UInt8) {
            digits[count] = digit
            count += 1
        }

        /// Two digits as a number.
        func number(at place: Int) -> Int { Int(digits[place]) * 10 + Int(digits[place + 1]) }
    }

    /// Where the digits end that stand at `place` and behind it.
    static func endOfDigits(_ text: Span<UInt8>, at place: Int) -> Int {
        var end = place
        while end < text.count, isDigit(text[end]) { end += 1 }
        return end
    }

    /// Whether a private number may begin at `place`, where digits stand up to `endOfDigits`: most are too few or too
    /// many, unless there are more that are written as escapes.
    @inline(__always)
    static func mayBegin(_ text: Span<UInt8>, at place: Int, _ endOfDigits: Int) -> Bool {
        if endOfDigits < text.count, text[endOfDigits] == UInt8(ascii: "\\") || text[endOfDigits] == UInt8(ascii: "%") {
            return true
        }
        switch endOfDigits - place {
        case 3, 11: return text[place] == UInt8(ascii: "1")
        case 13: return text[place] == UInt8(ascii: "8")
        case 17, 18: return true
        default: return false
        }
    }

    /// Where the number ends that begins at `place`, where a digit stands that follows none.
    static func end(_ text: Span<UInt8>, at place: Int) -> Int? {
        let run = run(text, at: place)
        switch run.count {
        case 3: return endOfParts(text, run)
        case 11: return isMobile(run, at: 0) ? run.end : nil
        case 13: return run.number(at: 0) == 86 && isMobile(run, at: 2) ? run.end : nil
        case 17: return run.endOfX.flatMap { isIdentity(run, last: 10) ? $0 : nil }
        case 18: return isIdentity(run, last: Int(run.digits[17])) ? run.end : nil
        default: return nil
        }
    }

    private static func run(_ text: Span<UInt8>, at place: Int) -> Run {
        var run = Run(end: place)
        while run.end < text.count, run.count < maximumDigits {
            let byte = text[run.end]
            if isDigit(byte) {
                run.append(byte - UInt8(ascii: "0"))
                run.end += 1
                continue
            }
            if byte | 0x20 == UInt8(ascii: "x") { run.endOfX = run.end + 1 }
            guard byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%"),
                let step = EscapedText.step(text, at: run.end)
            else { break }
            guard isDigit(step.scalar) else {
                if step.scalar | 0x20 == 0x78 { run.endOfX = step.end }
                break
            }
            run.append(UInt8(truncatingIfNeeded: step.scalar - 0x30))
            run.end = step.end
        }
        return run
    }

    /// A mobile number in its usual parts: `138-1234-5678`, `138 1234 5678`.
    private static func endOfParts(_ text: Span<UInt8>, _ head: Run) -> Int? {
        guard isMobile(head, at: 0), head.end + 10 <= text.count else { return nil }
        let separator = text[head.end]
        guard separator == UInt8(ascii: "-") || separator == UInt8(ascii: " "), text[head.end + 5] == separator
        else { return nil }
        let end = head.end + 10
        for place in (head.end + 1)..<end where place != head.end + 5 && !isDigit(text[place]) { return nil }
        return end == text.count || !isDigit(text[end]) ? end : nil
    }

    /// Appends a number's masked form: 3 in front (behind the country's code), 4 behind.
    static func append(_ number: Span<UInt8>, to bytes: inout [UInt8]) {
        var digits: [UInt8] = []
        var place = 0
        while let step = EscapedText.step(number, at: place) {
            if step.scalar != 0x20, step.scalar != 0x2D { digits.append(UInt8(truncatingIfNeeded: step.scalar)) }
            place = step.end
        }
        bytes.append(contentsOf: digits.prefix(digits.count == 13 ? 5 : 3))
        bytes.append(contentsOf: "****".utf8)
        bytes.append(contentsOf: digits.suffix(4))
    }

    static func isDigit(_ byte: UInt8) -> Bool {
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

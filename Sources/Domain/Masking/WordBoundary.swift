/// Decides whether a part of a text is a whole word. Short values occur inside too many other words.
enum WordBoundary {
    /// Whether neither a letter nor a digit is next to a part of a text.
    /// - Parameter digits: the number of digits if the part is all digits. Then it must not be part of a decimal. Parts
    ///   of one or two digits must not be part of a date or a time either.
    static func isWholeWord(_ text: Span<UInt8>, _ range: Range<Int>, digits: Int?) -> Bool {
        isBorder(text, before: range.lowerBound) && isBorder(text, behind: range.upperBound)
            && (digits.map { isWholeNumber(text, range, digits: $0) } ?? true)
    }

    private static func isBorder(_ text: Span<UInt8>, before end: Int) -> Bool {
        guard end > 0, isAlphanumeric(UInt32(text[end - 1])) else { return true }
        // The letter or digit may be the end of an escape, such as `\n`, `%2C` or `\u4e2d`.
        for length in [2, 3, 6] where end >= length {
            let start = end - length
            guard text[start] == UInt8(ascii: length == 3 ? "%" : "\\"), let step = EscapeDecoder.step(text, at: start),
                step.end == end
            else { continue }
            return length == 2 || !isAlphanumeric(step.scalar)
        }
        return false
    }

    private static func isBorder(_ text: Span<UInt8>, behind start: Int) -> Bool {
        guard let step = EscapeDecoder.step(text, at: start), isAlphanumeric(step.scalar) else { return true }
        // The decoder gives the letter for `\n`.
        return text[start] == UInt8(ascii: "\\") && step.end - start < 6 || text[start] < 0x20
    }

    private static func isWholeNumber(_ text: Span<UInt8>, _ range: Range<Int>, digits: Int) -> Bool {
        let (start, end) = (range.lowerBound, range.upperBound)
        if start > 1, joins(text[start - 1], digits), PrivateNumber.isDigit(text[start - 2]) { return false }
        return end + 1 >= text.count || !joins(text[end], digits) || !PrivateNumber.isDigit(text[end + 1])
    }

    private static func joins(_ byte: UInt8, _ digits: Int) -> Bool {
        switch byte {
        case UInt8(ascii: "."): true
        case UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "/"): digits < 3
        default: false
        }
    }

    private static func isAlphanumeric(_ scalar: UInt32) -> Bool {
        scalar &- 0x30 < 10 || (scalar | 0x20) &- 0x61 < 26
    }
}

import Bytes

/// Finds the parts of a JSON text outside its strings, from start to end. The text may be truncated.
struct JSONOutline {
    private var place = 0
    private var isInString = false

    /// The number or word around a range; nil if the range is in a string or contains anything else. Ranges come in
    /// ascending order.
    mutating func bareToken(around range: Range<Int>, of text: Span<UInt8>) -> Range<Int>? {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start > place, Self.isBare(text[start - 1]) { start -= 1 }
        advance(to: start, text)
        guard !isInString else { return nil }
        for place in range where !Self.isBare(text[place]) { return nil }
        while end < text.count, Self.isBare(text[end]) { end += 1 }
        return start..<end
    }

    private mutating func advance(to end: Int, _ text: Span<UInt8>) {
        while place < end {
            switch text[place] {
            case UInt8(ascii: "\\") where isInString: place += 1
            case UInt8(ascii: "\""): isInString.toggle()
            default: break
            }
            place += 1
        }
    }

    /// Letters, digits and the other characters of numbers.
    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

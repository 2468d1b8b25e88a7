import Bytes

/// Decimal numbers as texts. They never pass through `Double`, so that every digit is kept.
package enum DecimalText {
    /// How many characters a number may have.
    static let maximumBytes = 64

    /// Whether the text is a JSON number without an exponent. `-12` and `1000.00` are; `01`, `1.`, `.5`, `+1` and `1e3`
    /// are not.
    package static func isValid(_ text: String) -> Bool { text.withUTF8Span(isValid) }

    private static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count <= maximumBytes else { return false }
        var place = bytes.count > 0 && bytes[0] == UInt8(ascii: "-") ? 1 : 0
        let whole = digits(bytes, from: place)
        guard whole > 0, whole == 1 || bytes[place] != UInt8(ascii: "0") else { return false }
        place += whole
        if place == bytes.count { return true }
        guard bytes[place] == UInt8(ascii: ".") else { return false }
        let fraction = digits(bytes, from: place + 1)
        return fraction > 0 && place + 1 + fraction == bytes.count
    }

    /// Whether a JSON number has no exponent.
    static func isPlain(_ number: Span<UInt8>) -> Bool {
        guard number.count <= maximumBytes else { return false }
        for index in 0..<number.count where number[index] | 0x20 == UInt8(ascii: "e") { return false }
        return true
    }

    /// Whether the text consists of digits.
    static func isWhole(_ text: String) -> Bool {
        text.withUTF8Span { bytes in bytes.count > 0 && digits(bytes, from: 0) == bytes.count }
    }

    /// Whether the first of two valid numbers is less than the second.
    package static func isLess(_ left: String, _ right: String) -> Bool {
        let left = Parts(left)
        let right = Parts(right)
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? Parts.isSmaller(right, left) : Parts.isSmaller(left, right)
    }

    private static func digits(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var place = start
        while place < bytes.count, bytes[place] &- UInt8(ascii: "0") < 10 { place += 1 }
        return place - start
    }

    /// A number's digits without leading and trailing zeros.
    private struct Parts {
        let isNegative: Bool
        let whole: [UInt8]
        let fraction: [UInt8]

        init(_ text: String) {
            var bytes = Array(text.utf8)[...]
            let hasSign = bytes.first == UInt8(ascii: "-")
            if hasSign { bytes = bytes.dropFirst() }
            let halves = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1)
            whole = Array((halves.first ?? []).drop { $0 == UInt8(ascii: "0") })
            var fraction = Array(halves.count > 1 ? halves[1] : [])
            while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
            self.fraction = fraction
            isNegative = hasSign && !(whole.isEmpty && fraction.isEmpty)
        }

        /// Compares the numbers without their signs.
        static func isSmaller(_ left: Parts, _ right: Parts) -> Bool {
            if left.whole.count != right.whole.count { return left.whole.count < right.whole.count }
            if left.whole != right.whole { return left.whole.lexicographicallyPrecedes(right.whole) }
            return left.fraction.lexicographicallyPrecedes(right.fraction)
        }
    }
}

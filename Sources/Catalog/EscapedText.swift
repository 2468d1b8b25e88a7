/// Reads UTF-8 text scalar by scalar, with JSON's escapes undone at any depth of nesting: a run of backslashes and what
/// follows is one escape, however long the run.
struct EscapedText {
    /// What stands at a place.
    struct Step {
        let scalar: UInt32
        /// The place behind it.
        let end: Int
        /// Where the backslashes end, if they may also be read as just that.
        var endOfBackslashes: Int?
    }

    static let backslash: UInt32 = 0x5C

    let text: ArraySlice<UInt8>
    let start: Int
    var place: Int

    init(text: ArraySlice<UInt8>, place: Int) {
        self.text = text
        self.place = place
        start = place
    }

    /// What stands at the place; nil at the end and where there is no UTF-8.
    func step() -> Step? {
        guard place < text.endIndex else { return nil }
        let byte = text[place]
        if byte == UInt8(ascii: "\\") { return escape() }
        return byte < 0x80 ? Step(scalar: UInt32(byte), end: place + 1) : sequence(byte)
    }

    private func sequence(_ lead: UInt8) -> Step? {
        let (length, bits): (Int, UInt8) =
            switch lead {
            case 0xC2...0xDF: (2, 0x1F)
            case 0xE0...0xEF: (3, 0x0F)
            case 0xF0...0xF4: (4, 0x07)
            default: (0, 0)
            }
        guard length > 0, place + length <= text.endIndex else { return nil }
        var scalar = UInt32(lead & bits)
        for byte in text[(place + 1)..<(place + length)] { scalar = scalar << 6 | UInt32(byte & 0x3F) }
        return Step(scalar: scalar, end: place + length)
    }

    private func escape() -> Step {
        var end = place
        while end < text.endIndex, end - place < 64, text[end] == UInt8(ascii: "\\") { end += 1 }
        let plain = Step(scalar: Self.backslash, end: end)
        guard end < text.endIndex else { return plain }
        if text[end] == UInt8(ascii: "u") { return hexadecimal(at: end + 1, backslashes: end) ?? plain }
        guard let meaning = Self.meaning(of: text[end]) else { return plain }
        return Step(scalar: meaning, end: end + 1, endOfBackslashes: end)
    }

    private static func meaning(of letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "/"): UInt32(letter)
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        default: nil
        }
    }

    /// Four hexadecimal digits, or a surrogate pair of them.
    private func hexadecimal(at start: Int, backslashes: Int) -> Step? {
        guard let first = unit(at: start) else { return nil }
        guard first >= 0xD800, first < 0xDC00 else {
            return Step(scalar: first, end: start + 4, endOfBackslashes: backslashes)
        }
        var next = start + 4
        while next < text.endIndex, next - start < 64, text[next] == UInt8(ascii: "\\") { next += 1 }
        guard next < text.endIndex, text[next] == UInt8(ascii: "u"), let second = unit(at: next + 1),
            second >= 0xDC00, second < 0xE000
        else { return nil }
        let scalar = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        return Step(scalar: scalar, end: next + 5, endOfBackslashes: backslashes)
    }

    private func unit(at start: Int) -> UInt32? {
        guard start + 4 <= text.endIndex else { return nil }
        var value: UInt32 = 0
        for byte in text[start..<(start + 4)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }
}

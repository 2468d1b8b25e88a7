/// Decodes UTF-8 text scalar by scalar into a normal form. The form does not depend on how often the text is quoted as
/// JSON or encoded for a URL.
///
/// Backslashes are dropped. A control character becomes the letter of its escape, such as `n` for a line feed. `\uXXXX`
/// and `%XX` are decoded. Full-width letters, digits and signs become ASCII.
///
/// Private values have the same normal form, so one comparison finds them with any escapes. In that form `n` equals a
/// line feed. At worst this masks a text that is not private.
enum EscapeDecoder {
    /// A decoded scalar.
    struct Step {
        let scalar: UInt32
        /// The position after the scalar.
        let end: Int
    }

    /// Whether a byte may begin an escape of JSON or of a URL, or a full-width character.
    @inline(__always)
    static func mayBeginEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%") || byte == 0xEF
    }

    /// The scalar at a position; nil at the end, and if the bytes are not UTF-8.
    @inline(__always)
    static func step(_ text: Span<UInt8>, at place: Int) -> Step? {
        guard place < text.count else { return nil }
        let byte = text[place]
        let standsForItself = byte >= 0x20 && byte < 0x80 && !mayBeginEscape(byte)
        return standsForItself ? Step(scalar: UInt32(byte), end: place + 1) : otherStep(text, at: place)
    }

    private static func otherStep(_ text: Span<UInt8>, at place: Int) -> Step? {
        let byte = text[place]
        if byte == UInt8(ascii: "\\") { return escape(text, at: place) }
        if byte == UInt8(ascii: "%"), let step = percent(text, at: place) { return step }
        return byte < 0x80 ? Step(scalar: letter(UInt32(byte)), end: place + 1) : sequence(text, at: place)
    }

    private static func sequence(_ text: Span<UInt8>, at place: Int) -> Step? {
        guard let (length, bits) = lead(text[place]), place + length <= text.count else { return nil }
        var scalar = UInt32(text[place] & bits)
        for index in (place + 1)..<(place + length) { scalar = scalar << 6 | UInt32(text[index] & 0x3F) }
        return Step(scalar: narrow(scalar), end: place + length)
    }

    /// The ASCII character of a full-width one; any other scalar unchanged.
    private static func narrow(_ scalar: UInt32) -> UInt32 {
        scalar &- 0xFF01 <= 0xFF5E - 0xFF01 ? scalar - 0xFEE0 : scalar
    }

    /// The longest run of backslashes that counts as one escape. Deeper nesting does not occur.
    private static let maximumRun = 64

    private static func endOfBackslashes(_ text: Span<UInt8>, from place: Int) -> Int {
        var end = place
        while end < text.count, end - place < maximumRun {
            if text[end] == UInt8(ascii: "\\") {
                end += 1
            } else if let (byte, behind) = percentByte(text, at: end), byte == UInt8(ascii: "\\") {
                end = behind
            } else {
                break
            }
        }
        return end
    }

    private static func escape(_ text: Span<UInt8>, at place: Int) -> Step? {
        let end = endOfBackslashes(text, from: place)
        guard end < text.count, text[end] != UInt8(ascii: "\\"), end > place else { return nil }
        if text[end] == UInt8(ascii: "%") {
            // The run of backslashes is longer than the limit.
            if let (byte, _) = percentByte(text, at: end), byte == UInt8(ascii: "\\") { return nil }
        }
        if text[end] == UInt8(ascii: "u"), let step = hexadecimal(text, at: end + 1) { return step }
        return step(text, at: end)
    }

    /// The byte of `%XX`, which may be encoded several times (`%25XX`), and the position after it.
    private static func percentByte(_ text: Span<UInt8>, at place: Int) -> (byte: UInt8, end: Int)? {
        guard text[place] == UInt8(ascii: "%") else { return nil }
        var digits = place + 1
        while digits + 3 < text.count, digits - place < maximumRun, text[digits] == UInt8(ascii: "2"),
            text[digits + 1] == UInt8(ascii: "5"), digit(text[digits + 2]) != nil, digit(text[digits + 3]) != nil
        { digits += 2 }
        guard digits + 1 < text.count, let high = digit(text[digits]), let low = digit(text[digits + 1])
        else { return nil }
        return (UInt8(truncatingIfNeeded: high << 4 | low), digits + 2)
    }

    /// The scalar that begins with `%XX`; nil if the bytes are not UTF-8.
    private static func percent(_ text: Span<UInt8>, at place: Int) -> Step? {
        guard let (first, end) = percentByte(text, at: place) else { return nil }
        if first == UInt8(ascii: "\\") { return escape(text, at: place) }
        if first < 0x80 { return Step(scalar: letter(UInt32(first)), end: end) }
        guard let (length, bits) = lead(first) else { return nil }
        var (scalar, behind) = (UInt32(first & bits), end)
        for _ in 1..<length {
            guard behind < text.count, let (byte, end) = percentByte(text, at: behind), byte & 0xC0 == 0x80
            else { return nil }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
            behind = end
        }
        return Step(scalar: narrow(scalar), end: behind)
    }

    /// The length of a UTF-8 sequence by its first byte, and the mask of that byte's payload bits.
    private static func lead(_ byte: UInt8) -> (length: Int, bits: UInt8)? {
        switch byte {
        case 0xC2...0xDF: (2, 0x1F)
        case 0xE0...0xEF: (3, 0x0F)
        case 0xF0...0xF4: (4, 0x07)
        default: nil
        }
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The letter of a control character's escape; any other scalar unchanged.
    private static func letter(_ scalar: UInt32) -> UInt32 {
        switch scalar {
        case 0x08: 0x62
        case 0x09: 0x74
        case 0x0A: 0x6E
        case 0x0C: 0x66
        case 0x0D: 0x72
        default: scalar
        }
    }

    /// The scalar of four hexadecimal digits, or of a surrogate pair.
    private static func hexadecimal(_ text: Span<UInt8>, at start: Int) -> Step? {
        guard let first = unit(text, at: start) else { return nil }
        guard first >= 0xD800, first < 0xDC00 else { return Step(scalar: narrow(letter(first)), end: start + 4) }
        let next = endOfBackslashes(text, from: start + 4)
        guard next < text.count, text[next] == UInt8(ascii: "u"), let second = unit(text, at: next + 1),
            second >= 0xDC00, second < 0xE000
        else { return nil }
        return Step(scalar: 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), end: next + 5)
    }

    private static func unit(_ text: Span<UInt8>, at start: Int) -> UInt32? {
        guard start + 4 <= text.count else { return nil }
        var value: UInt32 = 0
        for index in start..<(start + 4) {
            guard let digit = digit(text[index]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }
}

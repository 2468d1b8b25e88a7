import Bytes
import JSON

/// A private value of a call, and what is shown instead.
struct SensitiveValue: Sendable, Equatable {
    let text: String
    let masked: String
    /// Whether it is a number that others may write with blanks, hyphens and dots in it.
    var isNumber = false
}

/// Masks a call's private values in any text: in the request as sent, in TOP's answers and error texts.
///
/// Two things are masked. The call's own private values of 4 characters and more are masked wherever they occur, also
/// with JSON's escapes, inside JSON that stands in a string, encoded for a URL, in another case, and numbers with blanks,
/// hyphens or dots in them. Those of 2 and 3 are masked in answers where they stand alone.
///
/// What looks private is masked, too, whoever's it is: mainland mobile numbers (11 digits, 1 and 3–9 in front) and
/// 18-digit identity card numbers with a birthday and a valid check digit. Exceptions are parts of longer runs of digits,
/// and values of fields of the call that the entry knows and does not mark as private.
///
/// What is masked in JSON outside of its strings becomes a string. A text without any is scanned once and not copied.
package struct ValueMask: Sendable {
    /// The shortest private value that is searched for everywhere, in characters other than backslashes; one beyond ASCII
    /// counts twice.
    package static let minimumCharacters = 4

    private let needles: NeedleSet
    /// Values of fields that the entry knows and does not mark, although their form is that of a private number.
    private let spared: [[UInt8]]

    /// Masks by pattern alone, for texts that belong to no call.
    package init() {
        self.init([])
    }

    init(_ values: [SensitiveValue], sparing spared: [[UInt8]] = []) {
        self.init(values.isEmpty ? .none : NeedleSet(values), sparing: spared)
    }

    private init(_ needles: NeedleSet, sparing spared: [[UInt8]]) {
        self.needles = needles
        self.spared = spared
    }

    /// This mask with further values.
    func adding(_ values: [SensitiveValue], sparing more: [[UInt8]] = []) -> ValueMask {
        if values.isEmpty { return more.isEmpty ? self : ValueMask(needles, sparing: spared + more) }
        return ValueMask(needles.values + values, sparing: spared + more)
    }

    /// Whether a number that looks private is the value of a field that the entry knows and does not mark.
    private func isSpared(_ number: Span<UInt8>) -> Bool {
        spared.contains { number.isEqual(to: $0.span) }
    }

    /// The text with private values masked.
    package func masked(_ text: String) -> String {
        text.withUTF8Span { span in
            guard let first = hit(span, from: 0) else { return text }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(span.count + 64)
            append(span, from: first, to: &bytes, isJSON: JSONScalars.isOutlined(span))
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// UTF-8 text with private values masked.
    package func masked(_ text: [UInt8]) -> [UInt8] {
        let span = text.span
        guard let first = hit(span, from: 0) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(span.count + 64)
        append(span, from: first, to: &bytes, isJSON: JSONScalars.isOutlined(span))
        return bytes
    }

    /// Appends a text of the request with private values masked, as the content of a JSON string.
    /// - Parameter isJSON: whether the text is a part of a JSON text that begins outside of its strings; found out of the
    ///   text itself where that is left out.
    func appendEscaped(_ text: Span<UInt8>, to bytes: inout [UInt8], isJSON: Bool? = nil) {
        guard let first = hit(text, from: 0, inAnswer: false) else { return JSONEscapes.append(text, to: &bytes) }
        append(text, from: first, to: &bytes, isJSON: isJSON ?? JSONScalars.isOutlined(text), inAnswer: false) {
            JSONEscapes.append($0, to: &$1)
        }
    }

    private func append(
        _ text: Span<UInt8>, from first: Hit?, to bytes: inout [UInt8], isJSON: Bool, inAnswer: Bool = true,
        plain append: (Span<UInt8>, inout [UInt8]) -> Void = { $1.append($0) }
    ) {
        var copied = 0
        var next = first
        var outline = JSONOutline()
        while let hit = next {
            let token = isJSON ? outline.bareToken(around: hit.start..<hit.end, of: text) : nil
            if let token {
                append(text.extracting(copied..<max(copied, token.lowerBound)), &bytes)
                copied = max(copied, token.lowerBound)
                append(Self.quote.span, &bytes)
            }
            append(text.extracting(copied..<hit.start), &bytes)
            switch hit.kind {
            case .value(let index): bytes.append(utf8: needles.values[index].masked)
            case .number: PrivateNumber.append(text.extracting(hit.start..<hit.end), to: &bytes)
            }
            copied = hit.end
            if let token {
                let rest = text.extracting(copied..<max(copied, token.upperBound))
                self.append(
                    rest, from: self.hit(rest, from: 0, inAnswer: inAnswer), to: &bytes, isJSON: false,
                    inAnswer: inAnswer, plain: append)
                append(Self.quote.span, &bytes)
                copied += rest.count
            }
            next = self.hit(text, from: copied, inAnswer: inAnswer)
        }
        append(text.extracting(copied..<text.count), &bytes)
    }

    private static let quote = [UInt8(ascii: "\"")]

    /// Appends a part of a JSON answer, which begins outside of its strings, with private values masked.
    func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        append(text, from: hit(text, from: 0), to: &bytes, isJSON: true)
    }

    /// Something private in a text.
    private struct Hit {
        enum Kind {
            case value(Int)
            case number
        }

        let kind: Kind
        let start: Int
        let end: Int
    }

    /// - Parameter inAnswer: whether short values count, where they stand alone.
    private func hit(_ text: Span<UInt8>, from start: Int, inAnswer: Bool = true) -> Hit? {
        var place = start
        // Up to here there are digits after others: no number begins with them.
        var endOfDigits = 0
        // After an escape, its own digits say nothing: the character that it stands for does.
        var (endOfEscape, escapeIsDigit) = (-1, false)
        while true {
            if place >= endOfDigits { place = needles.firstStart(in: text, from: place) }
            guard place < text.count else { return nil }
            if needles.mayBegin(text, at: place), let value = needles.search(text, at: place, inAnswer: inAnswer) {
                return Hit(kind: .value(value.index), start: place, end: value.end)
            }
            let byte = text[place]
            if PrivateNumber.isDigit(byte) {
                if place >= endOfDigits {
                    endOfDigits = PrivateNumber.endOfDigits(text, at: place)
                    if PrivateNumber.mayBegin(text, place..<endOfDigits),
                        !(place == endOfEscape ? escapeIsDigit : Self.followsDigit(text, place)),
                        let end = PrivateNumber.end(text, at: place), !isSpared(text.extracting(place..<end))
                    {
                        return Hit(kind: .number, start: place, end: end)
                    }
                }
                place = needles.firstStartOfValue(in: text, from: place + 1, to: endOfDigits)
            } else if EscapedText.mayBeginEscape(byte) {
                let followsDigit = place == endOfEscape ? escapeIsDigit : Self.followsDigit(text, place)
                let step = EscapedText.step(text, at: place)
                escapeIsDigit = step.map { PrivateNumber.isDigit($0.scalar) } ?? false
                if escapeIsDigit, !followsDigit, let end = PrivateNumber.end(text, at: place) {
                    return Hit(kind: .number, start: place, end: end)
                }
                place +=
                    byte == UInt8(ascii: "\\")
                    ? Self.escape(text, at: place) : max(1, (step?.end ?? place) - place)
                endOfEscape = place
            } else {
                place += 1
            }
        }
    }

    private static func followsDigit(_ text: Span<UInt8>, _ place: Int) -> Bool {
        place > 0 && PrivateNumber.isDigit(text[place - 1])
    }

    /// How long an escape is that is none of a private value, so that no hit begins within it.
    private static func escape(_ text: Span<UInt8>, at place: Int) -> Int {
        guard place + 1 < text.count else { return 1 }
        switch text[place + 1] {
        case UInt8(ascii: "u") where place + 5 < text.count: return 6
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"): return 2
        default: return 1
        }
    }
}

import Bytes
import JSON

/// A private value of a call, with its masked form.
package struct SensitiveValue: Sendable, Equatable {
    package let text: String
    package let masked: String
    /// Whether it is a number that may also be written with blanks, hyphens and dots.
    package let isNumber: Bool

    /// Makes a value.
    package init(text: String, masked: String, isNumber: Bool = false) {
        self.text = text
        self.masked = masked
        self.isNumber = isNumber
    }
}

/// Masks private values in texts: in the request as sent, in TOP's responses and in error texts.
///
/// The module `Masking` finds and masks private values in texts and JSON. It may import the modules of the floor below.
/// It must not know methods, entries or the trail.
///
/// A mask hides two groups of values.
///
/// - The private values of a call. Values of 4 characters and more are masked anywhere: with escapes of JSON or URLs,
///   inside JSON in a string, in another case, and numbers with blanks, hyphens or dots. Values of 2 and 3 characters
///   are masked only in responses, and only if they are whole words.
/// - Values that look private: mainland mobile numbers (11 digits that begin with 1 and 3–9), and 18-digit identity
///   card numbers with a birthday and a valid check digit. Parts of longer runs of digits are not masked. Neither are
///   values of fields that the entry knows and does not mark as private.
///
/// A value that is masked outside the strings of JSON becomes a string. A text without private values is scanned once
/// and not copied.
package struct ValueMask: Sendable {
    /// The length from which a private value is searched for everywhere, in characters other than backslashes. A
    /// character outside ASCII counts twice.
    package static let minimumCharacters = 4

    private let matcher: SensitiveValueMatcher
    /// Values of fields that the entry knows and does not mark as private, although they look like private numbers.
    private let spared: [[UInt8]]

    /// Makes a mask for values that look private, for texts that do not belong to a call.
    package init() {
        self.init([])
    }

    /// Makes a mask for the private values of a call.
    /// - Parameter spared: values of fields that are not private, although they look like private numbers.
    package init(_ values: [SensitiveValue], sparing spared: [[UInt8]] = []) {
        self.init(values.isEmpty ? .none : SensitiveValueMatcher(values), sparing: spared)
    }

    private init(_ matcher: SensitiveValueMatcher, sparing spared: [[UInt8]]) {
        self.matcher = matcher
        self.spared = spared
    }

    /// Whether a private value is long enough to be masked anywhere, not only as a whole word.
    package static func masksAnywhere(_ text: String) -> Bool { SensitiveValueMatcher.isLongEnough(text) }

    /// The mask with further values.
    package func adding(_ values: [SensitiveValue], sparing more: [[UInt8]] = []) -> ValueMask {
        if values.isEmpty { return more.isEmpty ? self : ValueMask(matcher, sparing: spared + more) }
        return ValueMask(matcher.values + values, sparing: spared + more)
    }

    /// Whether a number that looks private is the value of a field that the entry does not mark as private.
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

    /// The UTF-8 text with private values masked.
    package func masked(_ text: [UInt8]) -> [UInt8] {
        let span = text.span
        guard let first = hit(span, from: 0) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(span.count + 64)
        append(span, from: first, to: &bytes, isJSON: JSONScalars.isOutlined(span))
        return bytes
    }

    /// Appends a text of the request, with private values masked, as the content of a JSON string.
    /// - Parameter isJSON: whether the text is part of JSON and begins outside its strings; nil decides it by the text.
    package func appendEscaped(_ text: Span<UInt8>, to bytes: inout [UInt8], isJSON: Bool? = nil) {
        guard let first = hit(text, from: 0, inResponse: false) else { return JSONEscapes.append(text, to: &bytes) }
        append(text, from: first, to: &bytes, isJSON: isJSON ?? JSONScalars.isOutlined(text), inResponse: false) {
            JSONEscapes.append($0, to: &$1)
        }
    }

    private func append(
        _ text: Span<UInt8>, from first: Hit?, to bytes: inout [UInt8], isJSON: Bool, inResponse: Bool = true,
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
            case .value(let index): bytes.append(utf8: matcher.values[index].masked)
            case .number: PrivateNumber.append(text.extracting(hit.start..<hit.end), to: &bytes)
            }
            copied = hit.end
            if let token {
                let rest = text.extracting(copied..<max(copied, token.upperBound))
                self.append(
                    rest, from: self.hit(rest, from: 0, inResponse: inResponse), to: &bytes, isJSON: false,
                    inResponse: inResponse, plain: append)
                append(Self.quote.span, &bytes)
                copied += rest.count
            }
            next = self.hit(text, from: copied, inResponse: inResponse)
        }
        append(text.extracting(copied..<text.count), &bytes)
    }

    private static let quote = [UInt8(ascii: "\"")]

    /// Appends a part of a JSON response that begins outside its strings, with private values masked.
    package func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        append(text, from: hit(text, from: 0), to: &bytes, isJSON: true)
    }

    /// A private value in a text.
    private struct Hit {
        enum Kind {
            case value(Int)
            case number
        }

        let kind: Kind
        let start: Int
        let end: Int
    }

    /// The first private value from `start`.
    /// - Parameter inResponse: whether short values count too, as they do in responses.
    private func hit(_ text: Span<UInt8>, from start: Int, inResponse: Bool = true) -> Hit? {
        var place = start
        // No number begins before this position, because its digits follow others.
        var endOfDigits = 0
        // After an escape, the decoded character decides whether a digit precedes.
        var (endOfEscape, escapeIsDigit) = (-1, false)
        while true {
            if place >= endOfDigits { place = matcher.firstStart(in: text, from: place) }
            guard place < text.count else { return nil }
            if matcher.mayBegin(text, at: place), let value = matcher.search(text, at: place, inResponse: inResponse) {
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
                place = matcher.firstStartOfValue(in: text, from: place + 1, to: endOfDigits)
            } else if EscapeDecoder.mayBeginEscape(byte) {
                let followsDigit = place == endOfEscape ? escapeIsDigit : Self.followsDigit(text, place)
                let step = EscapeDecoder.step(text, at: place)
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

    /// The length of an escape that is not part of a private value. No match begins inside it.
    private static func escape(_ text: Span<UInt8>, at place: Int) -> Int {
        guard place + 1 < text.count else { return 1 }
        switch text[place + 1] {
        case UInt8(ascii: "u") where place + 5 < text.count: return 6
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"): return 2
        default: return 1
        }
    }
}

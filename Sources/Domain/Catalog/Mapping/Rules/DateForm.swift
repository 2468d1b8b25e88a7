import Bytes
import TOP
import Time

/// A form in which TOP takes a date or a time. Times are in GMT+8.
///
/// Callers may give the form itself or ISO 8601. A time without an offset is GMT+8. A fraction of a second must be
/// zero, because no form can express it.
package enum DateForm: String, Sendable, CaseIterable {
    /// `2010-01-01 00:00:00`: every documented `Date`.
    case dashed = "yyyy-MM-dd HH:mm:ss"
    /// `2010.01.01 00:00:00`.
    case dotted = "yyyy.MM.dd HH:mm:ss"
    /// `2010-01-01`.
    case day = "yyyy-MM-dd"
    /// Milliseconds since 1970.
    case milliseconds

    /// A date for TOP.
    package struct Reading: Equatable {
        /// The text to send.
        package let text: String
        /// Seconds since 1970, rounded down.
        let seconds: Int
    }

    /// The text is not a date of the form. The hint continues a sentence that states what is expected.
    package struct ParseError: Error, Equatable {
        let hint: String
    }

    /// The forms that a caller may give, as a noun phrase.
    var expectation: String {
        switch self {
        case .dashed, .dotted: "a date and time, \(rawValue) (GMT+8) or ISO 8601"
        case .day: "a date, \(rawValue)"
        case .milliseconds: "a time, in milliseconds since 1970 or ISO 8601"
        }
    }

    /// The form that TOP takes, as the end of a sentence.
    var wireExpectation: String {
        self == .milliseconds ? "a time in milliseconds since 1970" : "written as \(rawValue)"
    }

    /// Reads a caller's text.
    package func read(_ text: String) -> Result<Reading, ParseError> {
        if self == .milliseconds, DecimalText.isWhole(text) { return milliseconds(text) }
        let time: ParsedTime
        do {
            time = try TOPTime.parse(text)
        } catch {
            return .failure(ParseError(hint: Self.hint(error)))
        }
        let (hasDots, isWritten) = text.withUTF8Span { bytes in
            (
                bytes.count > 4 && bytes[4] == UInt8(ascii: "."),
                bytes.count == 19 && bytes[10] == UInt8(ascii: " ") && hasSeparators(bytes)
            )
        }
        if self != .dotted, hasDots { return .failure(ParseError(hint: "")) }
        guard time.hasTime == (self != .day) else {
            return .failure(ParseError(hint: self == .day ? "; without a time of day" : "; the time of day is missing"))
        }
        // The years are 1 to 9999 in GMT+8. Milliseconds begin in 1970.
        guard time.epochSeconds >= (self == .milliseconds ? 0 : -62_135_625_600), time.epochSeconds <= 253_402_271_999
        else { return .failure(ParseError(hint: "; the year is out of range")) }
        return .success(Reading(text: isWritten ? text : written(time.epochSeconds), seconds: time.epochSeconds))
    }

    private func milliseconds(_ text: String) -> Result<Reading, ParseError> {
        guard let value = try? TOPTime.parse(milliseconds: text) else {
            return .failure(ParseError(hint: "; the number is out of range"))
        }
        return .success(Reading(text: text, seconds: value / 1000))
    }

    /// Whether a date and time already have the form's separators.
    private func hasSeparators(_ bytes: Span<UInt8>) -> Bool {
        switch self {
        case .dashed: bytes[4] == UInt8(ascii: "-")
        case .dotted: bytes[4] == UInt8(ascii: ".")
        case .day, .milliseconds: false
        }
    }

    private func written(_ seconds: Int) -> String {
        switch self {
        case .dashed: TOPTime.format(epochSeconds: seconds, as: .dashed)
        case .dotted: TOPTime.format(epochSeconds: seconds, as: .dotted)
        case .day: TOPTime.format(epochSeconds: seconds, as: .date)
        case .milliseconds: TOPTime.format(epochSeconds: seconds, as: .milliseconds)
        }
    }

    private static func hint(_ error: TimeFormatError) -> String {
        switch error {
        case .fraction: "; without a fraction of a second"
        case .impossible(let part): "; the \(part) is out of range"
        case .form, .missingOffset: ""
        }
    }
}

import Bytes
import TOP
import Time

/// The form in which TOP takes a date or a time; wall time in GMT+8.
///
/// Callers may give the form itself or ISO 8601; a time without an offset is GMT+8. A fraction of a second is refused
/// unless it is zero, because no form can carry it.
package enum DateForm: String, Sendable, CaseIterable {
    /// `2010-01-01 00:00:00`: every documented `Date`.
    case dashed = "yyyy-MM-dd HH:mm:ss"
    /// `2010.01.01 00:00:00`.
    case dotted = "yyyy.MM.dd HH:mm:ss"
    /// `2010-01-01`.
    case day = "yyyy-MM-dd"
    /// Milliseconds since 1970.
    case milliseconds

    /// A date as it is sent.
    package struct Reading: Equatable {
        package let text: String
        /// Seconds since 1970; of milliseconds, the whole seconds.
        let seconds: Int
    }

    /// Why a text is no such date; the hint continues a sentence that says what is expected.
    package struct Refusal: Error, Equatable {
        let hint: String
    }

    /// What a caller may give, as a noun phrase.
    var expectation: String {
        switch self {
        case .dashed, .dotted: "a date and time, \(rawValue) (GMT+8) or ISO 8601"
        case .day: "a date, \(rawValue)"
        case .milliseconds: "a time, in milliseconds since 1970 or ISO 8601"
        }
    }

    /// What TOP takes, as a noun phrase.
    var wireExpectation: String {
        self == .milliseconds ? "a time in milliseconds since 1970" : "written as \(rawValue)"
    }

    /// Reads what a caller gave.
    package func read(_ text: String) -> Result<Reading, Refusal> {
        if self == .milliseconds, DecimalText.isWhole(text) { return milliseconds(text) }
        let time: ParsedTime
        do {
            time = try TOPTime.parse(text)
        } catch {
            return .failure(Refusal(hint: Self.hint(error)))
        }
        let (hasDots, isWritten) = text.withUTF8Span { bytes in
            (
                bytes.count > 4 && bytes[4] == UInt8(ascii: "."),
                bytes.count == 19 && bytes[10] == UInt8(ascii: " ") && hasSeparators(bytes)
            )
        }
        if self != .dotted, hasDots { return .failure(Refusal(hint: "")) }
        guard time.hasTime == (self != .day) else {
            return .failure(Refusal(hint: self == .day ? "; without a time of day" : "; the time of day is missing"))
        }
        // The years 1970 to 9999 in GMT+8; 1 to 9999 where the form has room for them.
        guard time.epochSeconds >= (self == .milliseconds ? 0 : -62_135_625_600), time.epochSeconds <= 253_402_271_999
        else { return .failure(Refusal(hint: "; the year is out of range")) }
        return .success(Reading(text: isWritten ? text : written(time.epochSeconds), seconds: time.epochSeconds))
    }

    private func milliseconds(_ text: String) -> Result<Reading, Refusal> {
        guard let value = try? TOPTime.parse(milliseconds: text) else {
            return .failure(Refusal(hint: "; the number is out of range"))
        }
        return .success(Reading(text: text, seconds: value / 1000))
    }

    /// Whether a day and time already have the form's separators.
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

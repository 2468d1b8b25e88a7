/// Instants as RFC 3339 writes them.
///
/// The module has the calendar, RFC 3339, GMT+8 and the clock, by integer arithmetic alone. It imports nothing of the
/// project and must not know what the times are for.
package enum RFC3339 {
    /// An instant in UTC with milliseconds: `2026-11-22T00:13:26.123Z`.
    package static func text(epochMilliseconds: Int64) -> String {
        let (seconds, millisecond) = Int(epochMilliseconds).quotientAndRemainder(flooringBy: 1000)
        let (days, second) = seconds.quotientAndRemainder(flooringBy: 86_400)
        var text = TimeText()
        text.append(CivilDate(daysSince1970: days), separator: UInt8(ascii: "-"))
        text.append(UInt8(ascii: "T"))
        text.append(secondOfDay: second)
        text.append(UInt8(ascii: "."))
        text.append(millisecond, digits: 3)
        text.append(UInt8(ascii: "Z"))
        return text.string
    }

    /// Parses a day and a time with an offset, and up to nine digits of a fraction.
    /// - Returns: milliseconds since 1970. A finer fraction rounds up, so that a time range that begins or ends there
    ///   has the same whole milliseconds.
    package static func epochMilliseconds(_ text: String) throws(TimeFormatError) -> Int64 {
        let fields = try TimeFields(reading: text)
        guard fields.secondOfDay != nil, !fields.isDotted, !fields.isShort else { throw .form }
        guard fields.offsetSeconds != nil else { throw .missingOffset }
        return Int64(fields.epochSeconds * 1000 + (fields.fraction ?? 0))
    }
}

extension TOPTime {
    /// Reads a time that a caller gave: `yyyy-MM-dd HH:mm:ss`, `yyyy.MM.dd HH:mm:ss`, `yyyy-MM-dd`, or ISO 8601
    /// (`yyyy-MM-ddTHH:mm:ss`, or without seconds, with `Z`, `+08:00`, `+0800`, `+08` or no offset). Without an offset it is GMT+8. Fractions of
    /// a second are refused, and so are days and times that do not exist, 24:00:00 and leap seconds among them.
    package static func parse(_ text: String) throws(TOPTimeError) -> ParsedTime {
        let fields = try TimeFields(reading: text)
        guard fields.fraction == nil else { throw .fraction }
        return ParsedTime(
            epochSeconds: fields.epochSeconds, hasTime: fields.secondOfDay != nil,
            hasOffset: fields.offsetSeconds != nil)
    }

    /// Reads a number of milliseconds since 1970, written as decimal digits.
    package static func parse(milliseconds text: String) throws(TOPTimeError) -> Int {
        let digits = text.utf8
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            throw .form
        }
        guard let milliseconds = Int(text), milliseconds <= maximumMilliseconds else {
            throw .impossible(part: "number of milliseconds")
        }
        return milliseconds
    }

    /// The end of the year 9999 in UTC, in milliseconds since 1970.
    static let maximumMilliseconds = 253_402_300_799_999

    /// Reads RFC 3339: a day and a time with an offset, and up to nine digits of a second's fraction. Gives milliseconds
    /// since 1970; what is finer rounds up, so that a stretch of time that begins or ends there holds the same whole milliseconds.
    package static func epochMilliseconds(rfc3339 text: String) throws(TOPTimeError) -> Int {
        let fields = try TimeFields(reading: text)
        guard fields.secondOfDay != nil, !fields.isDotted, !fields.isShort else { throw .form }
        guard fields.offsetSeconds != nil else { throw .missingOffset }
        return fields.epochSeconds * 1000 + (fields.fraction ?? 0)
    }
}

package import Time

extension TOPTime {
    /// Parses a time that a caller gave: `yyyy-MM-dd HH:mm:ss`, `yyyy.MM.dd HH:mm:ss`, `yyyy-MM-dd`, or ISO 8601
    /// (`yyyy-MM-ddTHH:mm:ss`, also without seconds, with `Z`, `+08:00`, `+0800`, `+08` or no offset). Without an
    /// offset it is in GMT+8. A fraction of a second may consist of zeros only, as in JavaScript's `.000`.
    /// - Throws: an error for other fractions of a second, and for days and times that do not exist, such as 24:00:00
    ///   and leap seconds.
    package static func parse(_ text: String) throws(TimeFormatError) -> ParsedTime {
        let fields = try TimeFields(reading: text)
        guard fields.fraction ?? 0 == 0 else { throw .fraction }
        return ParsedTime(
            epochSeconds: fields.epochSeconds, hasTime: fields.secondOfDay != nil,
            hasOffset: fields.offsetSeconds != nil)
    }

    /// Parses a number of milliseconds since 1970 in decimal digits.
    package static func parse(milliseconds text: String) throws(TimeFormatError) -> Int {
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
}

import Bytes

/// The parsed parts of a time.
package struct TimeFields {
    private var date: CivilDate
    /// Whether dots separate the parts of the date.
    package private(set) var isDotted = false
    /// The second of the day; nil if the text has only a day.
    package private(set) var secondOfDay: Int?
    /// The fraction of a second in milliseconds, rounded up; nil if the text has none.
    package private(set) var fraction: Int?
    /// The offset from UTC in seconds; nil if the text has none.
    package private(set) var offsetSeconds: Int?
    /// Whether the text omits a part that RFC 3339 needs: the seconds, or the minutes of the offset.
    package private(set) var isShort = false

    /// Seconds since 1970. Without an offset the time is in GMT+8; without a time of day it is the first of the day.
    package var epochSeconds: Int {
        date.daysSince1970 * 86_400 + (secondOfDay ?? 0) - (offsetSeconds ?? GMT8.offsetSeconds)
    }

    /// Parses `yyyy-MM-dd`, `yyyy-MM-dd HH:mm:ss`, `yyyy.MM.dd HH:mm:ss` or ISO 8601.
    package init(reading text: String) throws(TimeFormatError) {
        self = try text.withUTF8Span { text in
            Result { () throws(TimeFormatError) in try TimeFields(reading: text) }
        }.get()
    }

    private init(reading text: Span<UInt8>) throws(TimeFormatError) {
        // The longest form: yyyy-MM-ddTHH:mm:ss.fffffffff+hh:mm.
        guard text.count <= 35 else { throw .form }
        var reader = Reader()
        let year = try reader.number(text, digits: 4)
        isDotted = reader.pass(".", text)
        if !isDotted { try reader.require("-", text) }
        let month = try reader.number(text, digits: 2)
        try reader.require(isDotted ? "." : "-", text)
        let day = try reader.number(text, digits: 2)
        guard (1...12).contains(month) else { throw .impossible(part: "month") }
        guard let date = CivilDate(year: year, month: month, day: day) else {
            throw .impossible(part: year == 0 ? "year" : "day")
        }
        self.date = date
        if reader.isAtEnd(text), !isDotted { return }
        let isISO = !reader.pass(" ", text)
        if isISO {
            guard !isDotted, reader.pass("T", text) || reader.pass("t", text) else { throw .form }
        }
        secondOfDay = try reader.secondOfDay(text, mayEndEarly: isISO)
        fraction = try reader.fraction(text)
        if !isDotted { offsetSeconds = try reader.offset(text) }
        guard reader.isAtEnd(text) else { throw .form }
        isShort = reader.isShort
    }

    /// The position in the text. Functions take the text as an argument, so that it is read in place.
    private struct Reader {
        private var place = 0
        private(set) var isShort = false

        func isAtEnd(_ text: Span<UInt8>) -> Bool { place == text.count }

        @inline(__always)
        mutating func pass(_ character: Unicode.Scalar, _ text: Span<UInt8>) -> Bool {
            guard place < text.count, text[place] == UInt8(ascii: character) else { return false }
            place += 1
            return true
        }

        mutating func require(_ character: Unicode.Scalar, _ text: Span<UInt8>) throws(TimeFormatError) {
            guard pass(character, text) else { throw .form }
        }

        mutating func digit(_ text: Span<UInt8>) -> Int? {
            guard place < text.count, text[place] &- 0x30 < 10 else { return nil }
            place += 1
            return Int(text[place - 1] - 0x30)
        }

        mutating func number(_ text: Span<UInt8>, digits: Int) throws(TimeFormatError) -> Int {
            var number = 0
            for _ in 0..<digits {
                guard let digit = digit(text) else { throw .form }
                number = number * 10 + digit
            }
            return number
        }

        /// `hh:mm:ss`, or `hh:mm` if `mayEndEarly` is true.
        mutating func secondOfDay(_ text: Span<UInt8>, mayEndEarly: Bool) throws(TimeFormatError) -> Int {
            let hour = try number(text, digits: 2)
            try require(":", text)
            let minute = try number(text, digits: 2)
            var second = 0
            if pass(":", text) {
                second = try number(text, digits: 2)
            } else {
                // A fraction here would be one of a minute.
                guard mayEndEarly,
                    isAtEnd(text) || text[place] != UInt8(ascii: ".") && text[place] != UInt8(ascii: ",")
                else { throw .form }
                isShort = true
            }
            guard hour < 24 else { throw .impossible(part: "hour") }
            guard minute < 60 else { throw .impossible(part: "minute") }
            guard second < 60 else { throw .impossible(part: "second") }
            return hour * 3600 + minute * 60 + second
        }

        /// One to nine digits after a point or comma, as milliseconds. A finer fraction rounds up.
        mutating func fraction(_ text: Span<UInt8>) throws(TimeFormatError) -> Int? {
            guard pass(".", text) || pass(",", text) else { return nil }
            var milliseconds = 0
            var count = 0
            var hasMore = false
            while let digit = digit(text) {
                if count < 3 { milliseconds = milliseconds * 10 + digit } else if digit > 0 { hasMore = true }
                count += 1
            }
            guard (1...9).contains(count) else { throw .form }
            for _ in min(count, 3)..<3 { milliseconds *= 10 }
            return hasMore ? milliseconds + 1 : milliseconds
        }

        /// `Z`, `+hh:mm`, `+hhmm`, `+hh` or nothing.
        mutating func offset(_ text: Span<UInt8>) throws(TimeFormatError) -> Int? {
            if pass("Z", text) || pass("z", text) { return 0 }
            let isAhead = pass("+", text)
            guard isAhead || pass("-", text) else { return nil }
            let hours = try number(text, digits: 2)
            isShort = isShort || isAtEnd(text)
            let minutes = isAtEnd(text) ? 0 : try offsetMinutes(text)
            guard hours < 24, minutes < 60 else { throw .impossible(part: "offset") }
            let seconds = hours * 3600 + minutes * 60
            return isAhead ? seconds : -seconds
        }

        private mutating func offsetMinutes(_ text: Span<UInt8>) throws(TimeFormatError) -> Int {
            _ = pass(":", text)
            return try number(text, digits: 2)
        }
    }
}

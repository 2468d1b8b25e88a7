/// The parts of a time that a text holds.
struct TimeFields {
    private(set) var date: CivilDate
    private(set) var isDotted = false
    /// nil where the text is a day alone.
    private(set) var secondOfDay: Int?
    /// Milliseconds, rounded up; nil where the text holds no fraction.
    private(set) var fraction: Int?
    private(set) var offsetSeconds: Int?
    /// Whether the text leaves out what RFC 3339 wants: the seconds, or the minutes of the offset.
    private(set) var isShort = false

    var epochSeconds: Int {
        date.daysSince1970 * 86_400 + (secondOfDay ?? 0) - (offsetSeconds ?? TOPTime.offsetSeconds)
    }

    init(reading text: String) throws(TOPTimeError) {
        // The longest form: yyyy-MM-ddTHH:mm:ss.fffffffff+hh:mm.
        guard text.utf8.count <= 35 else { throw .form }
        var reader = Reader(bytes: Array(text.utf8))
        let year = try reader.number(digits: 4)
        isDotted = reader.pass(".")
        if !isDotted { try reader.require("-") }
        let month = try reader.number(digits: 2)
        try reader.require(isDotted ? "." : "-")
        let day = try reader.number(digits: 2)
        guard (1...12).contains(month) else { throw .impossible(part: "month") }
        guard let date = CivilDate(year: year, month: month, day: day) else {
            throw .impossible(part: year == 0 ? "year" : "day")
        }
        self.date = date
        if reader.isAtEnd, !isDotted { return }
        let isISO = !reader.pass(" ")
        if isISO {
            guard !isDotted, reader.pass("T") || reader.pass("t") else { throw .form }
        }
        secondOfDay = try reader.secondOfDay(mayEndEarly: isISO)
        fraction = try reader.fraction()
        if !isDotted { offsetSeconds = try reader.offset() }
        guard reader.isAtEnd else { throw .form }
        isShort = reader.isShort
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0
        var isShort = false

        var isAtEnd: Bool { place == bytes.count }

        mutating func pass(_ character: Unicode.Scalar) -> Bool {
            guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
            place += 1
            return true
        }

        mutating func require(_ character: Unicode.Scalar) throws(TOPTimeError) {
            guard pass(character) else { throw .form }
        }

        mutating func digit() -> Int? {
            guard place < bytes.count, bytes[place] &- 0x30 < 10 else { return nil }
            place += 1
            return Int(bytes[place - 1] - 0x30)
        }

        mutating func number(digits: Int) throws(TOPTimeError) -> Int {
            var number = 0
            for _ in 0..<digits {
                guard let digit = digit() else { throw .form }
                number = number * 10 + digit
            }
            return number
        }

        /// `hh:mm:ss`, or `hh:mm` where that may be.
        mutating func secondOfDay(mayEndEarly: Bool) throws(TOPTimeError) -> Int {
            let hour = try number(digits: 2)
            try require(":")
            let minute = try number(digits: 2)
            var second = 0
            if pass(":") {
                second = try number(digits: 2)
            } else {
                // A fraction would be one of a minute.
                guard mayEndEarly, isAtEnd || bytes[place] != UInt8(ascii: ".") && bytes[place] != UInt8(ascii: ",")
                else { throw .form }
                isShort = true
            }
            guard hour < 24 else { throw .impossible(part: "hour") }
            guard minute < 60 else { throw .impossible(part: "minute") }
            guard second < 60 else { throw .impossible(part: "second") }
            return hour * 3600 + minute * 60 + second
        }

        /// One to nine digits behind a point, as milliseconds; what is finer rounds up.
        mutating func fraction() throws(TOPTimeError) -> Int? {
            guard pass(".") || pass(",") else { return nil }
            var milliseconds = 0
            var count = 0
            var hasMore = false
            while let digit = digit() {
                if count < 3 { milliseconds = milliseconds * 10 + digit } else if digit > 0 { hasMore = true }
                count += 1
            }
            guard (1...9).contains(count) else { throw .form }
            for _ in min(count, 3)..<3 { milliseconds *= 10 }
            return hasMore ? milliseconds + 1 : milliseconds
        }

        /// `Z`, `+hh:mm`, `+hhmm`, `+hh` or nothing.
        mutating func offset() throws(TOPTimeError) -> Int? {
            if pass("Z") || pass("z") { return 0 }
            let isAhead = pass("+")
            guard isAhead || pass("-") else { return nil }
            let hours = try number(digits: 2)
            isShort = isShort || isAtEnd
            let minutes = isAtEnd ? 0 : try offsetMinutes()
            guard hours < 24, minutes < 60 else { throw .impossible(part: "offset") }
            let seconds = hours * 3600 + minutes * 60
            return isAhead ? seconds : -seconds
        }

        private mutating func offsetMinutes() throws(TOPTimeError) -> Int {
            _ = pass(":")
            return try number(digits: 2)
        }
    }
}

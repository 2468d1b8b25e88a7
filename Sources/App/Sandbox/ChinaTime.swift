/// Times of day in GMT+8 for TOP's `timestamp`. The sandbox has its own calendar because it checks the relay's.
enum ChinaTime {
    private static let offsetSeconds = 8 * 3600

    /// Reads `yyyy-MM-dd HH:mm:ss`, or 13 digits of milliseconds as some of TOP's SDKs send them. Nil for anything
    /// else.
    /// - Returns: seconds since 1970.
    static func epochSeconds(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        if bytes.count == 13, let milliseconds = number(bytes[...]) { return milliseconds / 1000 }
        let marks: [(Int, UInt8)] = [
            (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (10, UInt8(ascii: " ")), (13, UInt8(ascii: ":")),
            (16, UInt8(ascii: ":")),
        ]
        guard bytes.count == 19, marks.allSatisfy({ bytes[$0.0] == $0.1 }),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]),
            year >= 1970, (1...12).contains(month), (1...daysIn(month: month, year: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let days = daysBefore(year: year, month: month) + day - 1
        return days * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds
    }

    /// `yyyy-MM-dd HH:mm:ss` in GMT+8.
    static func text(epochSeconds: Int) -> String {
        let local = epochSeconds + offsetSeconds
        var days = local / 86_400
        var year = 1970
        while days >= (isLeap(year) ? 366 : 365) {
            days -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while days >= daysIn(month: month, year: year) {
            days -= daysIn(month: month, year: year)
            month += 1
        }
        let second = local % 86_400
        let date = "\(year)-\(padded(month))-\(padded(days + 1))"
        return "\(date) \(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }

    private static func isLeap(_ year: Int) -> Bool {
        (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        month == 2 && isLeap(year) ? 29 : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func daysBefore(year: Int, month: Int) -> Int {
        let years = year - 1
        let leapDays = years / 4 - years / 100 + years / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400)
        let months = (1..<month).reduce(0) { $0 + daysIn(month: $1, year: year) }
        return (year - 1970) * 365 + leapDays + months
    }
}

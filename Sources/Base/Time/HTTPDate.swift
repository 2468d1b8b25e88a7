/// The form of times in HTTP headers (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// An instant in UTC.
    package static func text(epochSeconds: Int) -> String {
        let (days, second) = epochSeconds.quotientAndRemainder(flooringBy: 86_400)
        let date = CivilDate(daysSince1970: days)
        // 1970-01-01 was a Thursday.
        let weekday = (days + 3).quotientAndRemainder(flooringBy: 7).remainder
        var day = TimeText()
        day.append(date.day, digits: 2)
        var rest = TimeText()
        rest.append(min(max(date.year, 0), 9999), digits: 4)
        rest.append(UInt8(ascii: " "))
        rest.append(secondOfDay: second)
        return "\(weekdays[weekday]), \(day.string) \(months[date.month - 1]) \(rest.string) GMT"
    }
}

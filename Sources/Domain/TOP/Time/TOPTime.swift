/// Times as TOP reads and writes them: wall time in GMT+8, whatever the host's time zone, by integer arithmetic alone.
package enum TOPTime {
    /// The forms that TOP's documentation uses.
    package enum Form: Sendable, Equatable {
        /// `yyyy-MM-dd HH:mm:ss`: the timestamp of a request, and every documented `Date`.
        case dashed
        /// `yyyy.MM.dd HH:mm:ss`.
        case dotted
        /// `yyyy-MM-dd`.
        case date
        /// Milliseconds since 1970, as decimal digits.
        case milliseconds
    }

    /// How far GMT+8 is ahead of UTC, in seconds.
    package static let offsetSeconds = 8 * 3600

    /// The value of `timestamp` in a request. TOP allows it to be 10 minutes off.
    package static func timestamp(epochSeconds: Int) -> String {
        format(epochSeconds: epochSeconds, as: .dashed)
    }

    /// A moment in one of TOP's forms.
    package static func format(epochSeconds: Int, as form: Form) -> String {
        if form == .milliseconds { return String(epochSeconds * 1000) }
        let (days, second) = (epochSeconds + offsetSeconds).quotientAndRemainder(flooringBy: 86_400)
        var text = TimeText()
        text.append(CivilDate(daysSince1970: days), separator: form == .dotted ? UInt8(ascii: ".") : UInt8(ascii: "-"))
        if form != .date {
            text.append(UInt8(ascii: " "))
            text.append(secondOfDay: second)
        }
        return text.string
    }

    /// A moment in UTC with milliseconds, as RFC 3339 writes it: `2026-11-22T00:13:26.123Z`.
    package static func rfc3339(epochMilliseconds: Int) -> String {
        let (seconds, millisecond) = epochMilliseconds.quotientAndRemainder(flooringBy: 1000)
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

    /// The day in GMT+8 on which a moment falls: the relay's days (partitions, quotas) are these.
    package static func day(epochMilliseconds: Int) -> CivilDate {
        let local = epochMilliseconds + offsetSeconds * 1000
        return CivilDate(daysSince1970: local.quotientAndRemainder(flooringBy: 86_400_000).quotient)
    }
}

extension Int {
    /// Division that rounds down, so that times before 1970 come out right. The divisor is positive.
    func quotientAndRemainder(flooringBy divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

import Time

/// Times in TOP's forms: wall time in GMT+8, whatever the host's time zone is.
package enum TOPTime {
    /// The forms in TOP's documentation.
    package enum Form: Sendable, Equatable {
        /// `yyyy-MM-dd HH:mm:ss`: the timestamp of a request, and every documented `Date`.
        case dashed
        /// `yyyy.MM.dd HH:mm:ss`.
        case dotted
        /// `yyyy-MM-dd`.
        case date
        /// Milliseconds since 1970 in decimal digits.
        case milliseconds
    }

    /// The value of `timestamp` in a request. TOP accepts a difference of 10 minutes.
    package static func timestamp(epochSeconds: Int) -> String {
        format(epochSeconds: epochSeconds, as: .dashed)
    }

    /// An instant in one of TOP's forms.
    package static func format(epochSeconds: Int, as form: Form) -> String {
        if form == .milliseconds { return String(epochSeconds * 1000) }
        let (days, second) = (epochSeconds + GMT8.offsetSeconds).quotientAndRemainder(flooringBy: 86_400)
        var text = TimeText()
        text.append(CivilDate(daysSince1970: days), separator: form == .dotted ? UInt8(ascii: ".") : UInt8(ascii: "-"))
        if form != .date {
            text.append(UInt8(ascii: " "))
            text.append(secondOfDay: second)
        }
        return text.string
    }
}

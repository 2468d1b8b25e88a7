/// China's time zone, in which TOP's times are and the relay's days begin. It has no daylight saving time.
package enum GMT8 {
    /// How far GMT+8 is ahead of UTC, in seconds.
    package static let offsetSeconds = 8 * 3600

    /// The first instant of the unit that contains an instant, in milliseconds since 1970.
    /// - Parameter unit: a length in milliseconds that divides a day: a day, an hour, a minute.
    package static func start(of unit: Int64, at milliseconds: Int64) -> Int64 {
        let offset = Int64(offsetSeconds) * 1000
        let remainder = (milliseconds + offset) % unit
        return milliseconds - (remainder < 0 ? remainder + unit : remainder)
    }
}

extension Int {
    /// Division that rounds down, so that instants before 1970 are right too. The divisor is positive.
    package func quotientAndRemainder(flooringBy divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

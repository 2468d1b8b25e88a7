import Time

/// The header line `Date`, renewed once a second.
struct DateLine {
    private var line: [UInt8] = []
    /// When the next second begins, in nanoseconds of the monotonic clock.
    private var end: UInt64 = 0

    /// The line, including its CRLF.
    /// - Parameter now: nanoseconds of the monotonic clock.
    mutating func bytes(now: UInt64) -> [UInt8] {
        if now >= end { renew(now: now, milliseconds: WallClock.milliseconds()) }
        return line
    }

    private mutating func renew(now: UInt64, milliseconds: Int64) {
        let (second, passed) = Int(milliseconds).quotientAndRemainder(flooringBy: 1000)
        line = Array("Date: \(HTTPDate.text(epochSeconds: second))\r\n".utf8)
        end = now &+ UInt64(1000 - passed) &* 1_000_000
    }
}

import Time

extension FilterValues {
    private static let day: Int64 = 86_400_000
    private static let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": day]
    /// The longest time ago, in days.
    private static let maximumDays: Int64 = 36_500

    /// Reads an instant: an RFC 3339 time, `today`, a date, or a time ago such as `-15m`, `-1h` and `-7d`. Days are
    /// GMT+8 days.
    /// - Parameters:
    ///   - isEnd: whether a day stands for its end, so that a range up to it includes it.
    ///   - now: the time in milliseconds since 1970.
    /// - Returns: milliseconds since 1970; nil for any other text.
    package static func instant(
        _ text: String, isEnd: Bool = false, now: Int64 = WallClock.milliseconds()
    ) -> Int64? {
        if text == "today" { return GMT8.start(of: day, at: now) + (isEnd ? day : 0) }
        if text.hasPrefix("-") { return ago(text.dropFirst(), now) }
        if text.utf8.count == 10 {
            return (try? RFC3339.epochMilliseconds(text + "T00:00:00+08:00")).map { $0 + (isEnd ? day : 0) }
        }
        return try? RFC3339.epochMilliseconds(withPlus(text))
    }

    private static func ago(_ text: Substring, _ now: Int64) -> Int64? {
        guard let unit = text.last.flatMap({ units[$0] }), case let digits = text.dropLast(), digits.utf8.count <= 9,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(digits), number * unit <= maximumDays * day
        else { return nil }
        return now - number * unit
    }

    /// In a query string a raw `+` means a blank. A blank before an offset was one.
    private static func withPlus(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count > 6, bytes[bytes.count - 6] == UInt8(ascii: " ") else { return text }
        return String(text.dropLast(6)) + "+" + text.suffix(5)
    }
}

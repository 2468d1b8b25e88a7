/// Lengths of time such as `90d`, `12h` or `30m`, for the HTTP interface and the command line.
package enum TimeSpan {
    private static let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    /// The length in milliseconds, at most ten years; nil for another text.
    package static func milliseconds(_ text: String) -> Int64? {
        guard let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 10,
            let number = Int64(text.dropLast()), number > 0, !text.hasPrefix("+"), number <= 3650 * 86_400_000 / unit
        else { return nil }
        return number * unit
    }
}

/// Rates such as `10/s`, for the HTTP interface and the command line.
package enum CallRate {
    /// Calls a second; nil for another text.
    package static func read(_ text: String) -> Int? {
        guard text.hasSuffix("/s"), !text.hasPrefix("+"), let number = Int(text.dropLast(2)), number > 0 else {
            return nil
        }
        return number
    }

    /// The text of a rate.
    package static func text(_ rate: Int) -> String { "\(rate)/s" }
}

import AdminAPI
import TOP
import Time

/// Times in arguments and output.
enum Timestamp {
    /// Reads an RFC 3339 time and refuses anything else.
    /// - Returns: milliseconds since 1970.
    static func read(_ text: String) throws -> Int64 {
        do {
            return Int64(try RFC3339.epochMilliseconds(text))
        } catch {
            throw CommandError.refused("\(text) is not an RFC 3339 time with offset, such as 2026-01-31T08:00:00+08:00")
        }
    }

    /// Reads a time span such as `7d`, `12h`, `30m` or `45s`, and refuses anything else.
    /// - Returns: milliseconds.
    static func milliseconds(_ text: String) throws -> Int64 {
        guard let span = TimeSpan.milliseconds(text) else {
            throw CommandError.refused("\(text) is not a time span such as 7d, 12h, 30m or 45s")
        }
        return span
    }

    /// The RFC 3339 form in UTC.
    static func text(_ milliseconds: Int64) -> String { RFC3339.text(epochMilliseconds: milliseconds) }
}

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

    /// The RFC 3339 form in UTC.
    static func text(_ milliseconds: Int64) -> String { RFC3339.text(epochMilliseconds: milliseconds) }
}

import TOP

/// Times on the command line.
enum Instant {
    /// Milliseconds since 1970 of an RFC 3339 time; anything else is refused.
    static func read(_ text: String) throws -> Int64 {
        do {
            return Int64(try TOPTime.epochMilliseconds(rfc3339: text))
        } catch {
            throw Failure.refused("\(text) is no RFC 3339 time with its offset, such as 2026-01-31T08:00:00+08:00")
        }
    }

    /// The RFC 3339 form in UTC.
    static func text(_ milliseconds: Int64) -> String { TOPTime.rfc3339(epochMilliseconds: Int(milliseconds)) }
}

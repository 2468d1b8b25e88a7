/// A parsed instant, and the form of its text.
package struct ParsedTime: Sendable, Equatable {
    /// Seconds since 1970 in UTC. If the text has only a day, its first second in GMT+8.
    package var epochSeconds: Int
    /// Whether the text has a time of day.
    package var hasTime: Bool
    /// Whether the text has an offset. Without one the time is in GMT+8.
    package var hasOffset: Bool

    /// Makes a parsed time.
    package init(epochSeconds: Int, hasTime: Bool, hasOffset: Bool) {
        (self.epochSeconds, self.hasTime, self.hasOffset) = (epochSeconds, hasTime, hasOffset)
    }

    /// The instant in milliseconds since 1970.
    package var epochMilliseconds: Int { epochSeconds * 1000 }
}

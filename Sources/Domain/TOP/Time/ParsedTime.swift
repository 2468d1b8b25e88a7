/// A moment read from a text, and what the text said of it.
package struct ParsedTime: Sendable, Equatable {
    /// Seconds since 1970 in UTC; of a day alone, its first in GMT+8.
    package var epochSeconds: Int
    /// Whether the text held a time of day, not the day alone.
    package var hasTime: Bool
    /// Whether the text held an offset; without one it means GMT+8.
    package var hasOffset: Bool

    /// Makes a parsed time.
    package init(epochSeconds: Int, hasTime: Bool, hasOffset: Bool) {
        (self.epochSeconds, self.hasTime, self.hasOffset) = (epochSeconds, hasTime, hasOffset)
    }

    /// The moment in milliseconds since 1970.
    package var epochMilliseconds: Int { epochSeconds * 1000 }
}

/// Growing waits between attempts. Each wait is partly random, so that replicas do not retry in step.
package struct BackOff: Sendable {
    private let minimum: Duration
    private let maximum: Duration
    private let isFirstImmediate: Bool
    private let random: @Sendable (ClosedRange<Double>) -> Double
    private var failures = 0

    /// Waits that double from `minimum` up to `maximum`.
    /// - Parameters:
    ///   - isFirstImmediate: begins with one wait of zero.
    ///   - random: chooses a factor from a range.
    package init(
        minimum: Duration, maximum: Duration, isFirstImmediate: Bool = false,
        random: @escaping @Sendable (ClosedRange<Double>) -> Double = { Double.random(in: $0) }
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.isFirstImmediate = isFirstImmediate
        self.random = random
    }

    /// The wait before the next attempt.
    package mutating func next() -> Duration {
        let doublings = isFirstImmediate ? failures - 1 : failures
        failures += 1
        guard doublings >= 0 else { return .zero }
        return min(minimum * Int(1 << min(doublings, 20)), maximum) * random(0.75...1)
    }

    /// Starts over after a success.
    package mutating func reset() { failures = 0 }
}

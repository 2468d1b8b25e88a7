/// Growing waits between tries, with some chance in them so that replicas do not try in step.
struct BackOff {
    let minimum: Duration
    let maximum: Duration
    private var failures = 0

    init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// The wait before the next try: none at first, then from `minimum` doubling up to `maximum`.
    mutating func next() -> Duration {
        defer { failures += 1 }
        guard failures > 0 else { return .zero }
        let doubled = minimum * Int(1 << min(failures - 1, 20))
        return min(doubled, maximum) * Double.random(in: 0.75...1)
    }

    mutating func reset() { failures = 0 }
}

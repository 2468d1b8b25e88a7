/// Waits that double from one failure to the next, up to a limit; each is drawn from its upper half, so that replicas
/// that lost PostgreSQL together do not come back together.
struct Backoff {
    private let first: Duration
    private let limit: Duration
    private let random: @Sendable (ClosedRange<Double>) -> Double
    private var next: Duration

    init(
        first: Duration, limit: Duration,
        random: @escaping @Sendable (ClosedRange<Double>) -> Double = { Double.random(in: $0) }
    ) {
        self.first = first
        self.limit = limit
        self.random = random
        next = first
    }

    /// The wait after one more failure.
    mutating func failed() -> Duration {
        let wait = next
        next = min(next * 2, limit)
        return wait * random(0.5...1)
    }

    /// The next failure counts as the first.
    mutating func succeeded() {
        next = first
    }
}

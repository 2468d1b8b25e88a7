public import Metrics
import Synchronization

/// One histogram with its labels. An observation takes a short search and two atomic additions.
public final class PrometheusHistogram: TimerHandler, RecorderHandler, Sendable {
    /// The observations in one bucket. An array cannot hold an atomic value itself.
    private final class Count: Sendable {
        let observations = Atomic<Int64>(0)
    }

    /// Upper bounds of the buckets, rising; a last bucket has none.
    let bounds: [Double]
    private let counts: [Count]
    private let total = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Count() }
    }

    /// Records one observation; what is not a number is left out.
    public func record(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket].observations.wrappingAdd(1, ordering: .relaxed)
        total.add(value)
    }

    /// Records one observation.
    public func record(_ value: Int64) { record(Double(value)) }

    /// Records a time, in seconds.
    public func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    /// Records a time, in seconds.
    public func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// The observations up to each bound, all of them, and their sum.
    var snapshot: (cumulative: [Int64], sum: Double) {
        var sum: Int64 = 0
        let cumulative = counts.map { count in
            sum += count.observations.load(ordering: .relaxed)
            return sum
        }
        return (cumulative, total.value)
    }
}

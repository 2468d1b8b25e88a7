import Metrics
import Synchronization

/// One series of a histogram. An observation takes a short search and two atomic additions.
package final class PrometheusHistogram: TimerHandler, RecorderHandler, Sendable {
    /// The observations of one bucket. An array cannot hold an atomic value itself.
    private final class Count: Sendable {
        let observations = Atomic<Int64>(0)
    }

    /// The upper bounds of the buckets, ascending. A further bucket has no bound.
    let bounds: [Double]
    private let counts: [Count]
    private let total = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Count() }
    }

    /// Records one observation; ignores NaN.
    package func record(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket].observations.wrappingAdd(1, ordering: .relaxed)
        total.add(value)
    }

    /// Records one observation.
    package func record(_ value: Int64) { record(Double(value)) }

    /// Records a duration given in nanoseconds. The histogram is in seconds.
    package func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    /// Records a duration. The histogram is in seconds.
    package func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// The number of observations up to each bound and in total, and their sum.
    var snapshot: (cumulative: [Int64], sum: Double) {
        var sum: Int64 = 0
        let cumulative = counts.map { count in
            sum += count.observations.load(ordering: .relaxed)
            return sum
        }
        return (cumulative, total.value)
    }
}

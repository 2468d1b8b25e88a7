import Metrics
import Synchronization

/// One series of a counter. Counting takes one atomic addition.
package final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler, Sendable {
    private let whole = Atomic<Int64>(0)
    private let fraction = AtomicDouble()

    init() {}

    /// Adds to the counter. A negative amount is ignored, because a counter only rises.
    package func increment(by amount: Int64 = 1) {
        guard amount > 0 else { return }
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Adds a fraction, such as seconds. An amount that is not a positive number is ignored.
    package func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fraction.add(amount)
    }

    /// Sets the counter to zero.
    package func reset() {
        whole.store(0, ordering: .relaxed)
        fraction.set(0)
    }

    /// The value of the counter.
    package var value: Double { Double(whole.load(ordering: .relaxed)) + fraction.value }
}

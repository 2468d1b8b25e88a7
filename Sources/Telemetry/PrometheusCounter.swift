public import Metrics
import Synchronization

/// One counter with its labels. Counting takes one atomic addition.
public final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler, Sendable {
    private let whole = Atomic<Int64>(0)
    private let fraction = AtomicDouble()

    init() {}

    /// Counts one or more. A negative amount is left out: a counter only rises.
    public func increment(by amount: Int64 = 1) {
        guard amount > 0 else { return }
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Counts a fraction, for example seconds. What is not a positive number is left out.
    public func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fraction.add(amount)
    }

    /// Begins at zero again.
    public func reset() {
        whole.store(0, ordering: .relaxed)
        fraction.set(0)
    }

    /// What has been counted.
    public var value: Double { Double(whole.load(ordering: .relaxed)) + fraction.value }
}

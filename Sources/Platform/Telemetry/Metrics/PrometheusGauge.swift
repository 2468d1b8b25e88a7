import Metrics

/// One series of a gauge.
package final class PrometheusGauge: MeterHandler, RecorderHandler, Sendable {
    private let number = AtomicDouble()

    init() {}

    /// Sets the value.
    package func set(_ value: Int64) { number.set(Double(value)) }
    /// Sets the value.
    package func set(_ value: Double) { number.set(value) }
    /// Adds to the value.
    package func increment(by amount: Double) { number.add(amount) }
    /// Subtracts from the value.
    package func decrement(by amount: Double) { number.add(-amount) }
    /// Sets the value. A recorder without aggregation shows the last one.
    package func record(_ value: Int64) { set(value) }
    /// Sets the value. A recorder without aggregation shows the last one.
    package func record(_ value: Double) { set(value) }

    /// The current value.
    package var value: Double { number.value }
}

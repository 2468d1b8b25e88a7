public import Metrics

/// One gauge with its labels.
public final class PrometheusGauge: MeterHandler, RecorderHandler, Sendable {
    private let number = AtomicDouble()

    init() {}

    /// Sets the value.
    public func set(_ value: Int64) { number.set(Double(value)) }
    /// Sets the value.
    public func set(_ value: Double) { number.set(value) }
    /// Adds to the value.
    public func increment(by amount: Double) { number.add(amount) }
    /// Takes from the value.
    public func decrement(by amount: Double) { number.add(-amount) }
    /// Sets the value: a recorder that does not aggregate shows the last one.
    public func record(_ value: Int64) { set(value) }
    /// Sets the value: a recorder that does not aggregate shows the last one.
    public func record(_ value: Double) { set(value) }

    /// The value now.
    public var value: Double { number.value }
}

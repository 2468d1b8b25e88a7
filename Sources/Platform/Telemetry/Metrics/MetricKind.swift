/// The type of a metric in Prometheus.
package enum MetricKind: String, Sendable {
    /// A value that only rises.
    case counter
    /// A value that rises and falls.
    case gauge
    /// Observations counted in cumulative buckets.
    case histogram
}

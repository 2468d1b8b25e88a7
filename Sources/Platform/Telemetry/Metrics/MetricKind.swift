/// What a metric is to Prometheus.
package enum MetricKind: String, Sendable {
    /// Only rises.
    case counter
    /// Rises and falls.
    case gauge
    /// Counts observations in cumulative buckets.
    case histogram
}

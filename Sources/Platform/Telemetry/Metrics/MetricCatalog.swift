/// The metrics that are documented: where the HELP text, the kind and the buckets of a metric come from.
package struct MetricCatalog: Sendable {
    /// One documented metric.
    package struct Metric: Sendable, Equatable {
        /// The full name as Prometheus shows it, with unit and, for a counter, `_total`.
        package let name: String
        /// What it is.
        package let kind: MetricKind
        /// What it says, in one sentence.
        package let help: String
        /// The names of its labels.
        package let labels: [String]
        /// Upper bounds of the buckets of a histogram, rising, without infinity; seconds where the metric is a time.
        package let buckets: [Double]

        /// Describes a metric.
        package init(
            _ name: String, _ kind: MetricKind, _ help: String, labels: [String] = [],
            buckets: [Double] = MetricCatalog.callSeconds
        ) {
            self.name = name
            self.kind = kind
            self.help = help
            self.labels = labels
            self.buckets = kind == .histogram ? buckets : []
        }
    }

    /// Bounds for calls over a network, in seconds.
    package static let callSeconds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    /// Bounds for short work on this machine or next to it, in seconds.
    package static let shortSeconds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5,
    ]

    /// All metrics, in the order in which they are shown.
    package let metrics: [Metric]
    private let byName: [String: Metric]

    /// Makes a catalog; of two metrics with the same name the first counts.
    package init(_ metrics: [Metric]) {
        self.metrics = metrics
        byName = Dictionary(metrics.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The metric with this name.
    package subscript(name: String) -> Metric? { byName[name] }
}

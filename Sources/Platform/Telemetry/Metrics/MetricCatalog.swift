/// The documented metrics, with the HELP text, the kind and the buckets of each.
package struct MetricCatalog: Sendable {
    /// One documented metric.
    package struct Metric: Sendable, Equatable {
        /// The full name as Prometheus shows it, with unit and, for a counter, `_total`.
        package let name: String
        /// The kind of the metric.
        package let kind: MetricKind
        /// The HELP text, in one sentence.
        package let help: String
        /// The names of its labels.
        package let labels: [String]
        /// The upper bounds of a histogram's buckets, ascending, without infinity. A time is in seconds.
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

    /// Buckets for calls over a network, in seconds.
    package static let callSeconds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    /// Buckets for short work on this machine or next to it, in seconds.
    package static let shortSeconds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5,
    ]

    /// All metrics in the order in which they are shown.
    package let metrics: [Metric]
    private let byName: [String: Metric]

    /// Makes a catalog. If two metrics have the same name, the first counts.
    package init(_ metrics: [Metric]) {
        self.metrics = metrics
        byName = Dictionary(metrics.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The metric with this name.
    package subscript(name: String) -> Metric? { byName[name] }
}

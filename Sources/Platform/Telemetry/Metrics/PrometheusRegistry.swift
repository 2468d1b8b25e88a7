package import Metrics
import Locks

/// Stores metrics and shows them in Prometheus' text format 0.0.4.
///
/// Finding or making a series takes a lock; counting is atomic. Code on the path of a call therefore gets its series
/// once and keeps it. A metric has at most `maximumSeries` label sets. Further ones share one series whose labels are
/// all `other`, and `telemetry_series_overflow_total` counts how often that happens.
package final class PrometheusRegistry: Sendable {
    /// The `Content-Type` of ``exposition()``.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let catalog: MetricCatalog
    private let maximumSeries: Int
    private let families = Locked<[String: MetricFamily]>([:])

    /// Makes a registry. Documented counters without labels are shown from the start, with the value zero.
    package init(catalog: MetricCatalog = MetricCatalog([]), maximumSeries: Int = 500) {
        self.catalog = catalog
        self.maximumSeries = max(1, maximumSeries)
        for metric in catalog.metrics where metric.kind == .counter && metric.labels.isEmpty {
            _ = counter(metric.name)
        }
    }

    /// The counter with this name and these labels. The name gets the suffix `_total` if it does not have it.
    package func counter(_ name: String, _ labels: [(String, String)] = []) -> PrometheusCounter {
        let name = MetricText.name(name)
        let made = MetricFamily.Series.counter(PrometheusCounter())
        if case .counter(let counter) = series(Self.totalled(name), .counter, labels, { _ in made }) { return counter }
        return PrometheusCounter()
    }

    /// The gauge with this name and these labels.
    package func gauge(_ name: String, _ labels: [(String, String)] = []) -> PrometheusGauge {
        let made = MetricFamily.Series.gauge(PrometheusGauge())
        if case .gauge(let gauge) = series(MetricText.name(name), .gauge, labels, { _ in made }) { return gauge }
        return PrometheusGauge()
    }

    /// The histogram with this name and these labels. Its buckets are those of the catalog, or
    /// ``MetricCatalog/callSeconds``.
    package func histogram(_ name: String, _ labels: [(String, String)] = []) -> PrometheusHistogram {
        let found = series(MetricText.name(name), .histogram, labels) {
            .histogram(PrometheusHistogram(bounds: $0))
        }
        if case .histogram(let histogram) = found { return histogram }
        return PrometheusHistogram(bounds: MetricCatalog.callSeconds)
    }

    /// Shows a value that is read at each scrape. A later call with the same name and labels replaces it.
    /// - Parameter kind: `.gauge`, or `.counter` for a value that only rises.
    package func observe(
        _ name: String, _ labels: [(String, String)] = [], kind: MetricKind = .gauge,
        _ read: @escaping @Sendable () -> Double
    ) {
        let name = MetricText.name(name)
        let text = MetricText.labels(labels)
        families.withLock { families in
            var family = families[name] ?? makeFamily(name, kind)
            family.series[text] = .observed(read)
            families[name] = family
        }
    }

    /// Shows gauges that are read at each scrape with their labels, which may change. Series beyond the registry's
    /// limit are left out.
    package func observeAll(
        _ name: String, _ read: @escaping @Sendable () -> [(labels: [(String, String)], value: Double)]
    ) {
        let name = MetricText.name(name)
        let limit = maximumSeries
        families.withLock { families in
            var family = families[name] ?? makeFamily(name, .gauge)
            family.readAll = { Array(read().prefix(limit)) }
            families[name] = family
        }
    }

    /// All metrics in the text format, as UTF-8. Documented metrics are first, in the catalog's order; others follow by
    /// name.
    package func exposition() -> [UInt8] {
        var families = families.withLock { $0 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 * 1024)
        for metric in catalog.metrics {
            families.removeValue(forKey: metric.name)?.append(to: &bytes)
        }
        for (_, family) in families.sorted(by: { $0.key < $1.key }) {
            family.append(to: &bytes)
        }
        return bytes
    }

    /// Finds or makes a series; nil if the name belongs to another kind of metric.
    private func series(
        _ name: String, _ kind: MetricKind, _ labels: [(String, String)],
        _ make: (_ bounds: [Double]) -> MetricFamily.Series
    ) -> MetricFamily.Series? {
        let text = MetricText.labels(labels)
        let (found, isOverflow) = families.withLock { families -> (MetricFamily.Series?, Bool) in
            var family = families[name] ?? makeFamily(name, kind)
            guard family.kind == kind else { return (nil, false) }
            if let known = family.series[text] { return (known, false) }
            let isOverflow = family.series.count >= maximumSeries && !text.isEmpty
            let key = isOverflow ? MetricText.labels(labels.map { ($0.0, "other") }) : text
            let series = family.series[key] ?? make(family.bounds)
            family.series[key] = series
            families[name] = family
            return (series, isOverflow)
        }
        if isOverflow { counter("telemetry_series_overflow_total", [("metric", name)]).increment() }
        return found
    }

    private func makeFamily(_ name: String, _ kind: MetricKind) -> MetricFamily {
        let metric = catalog[name]
        let bounds = metric?.kind == .histogram ? metric?.buckets : nil
        return MetricFamily(
            name: name, kind: metric?.kind ?? kind, help: metric?.help ?? "Not documented.",
            bounds: bounds ?? MetricCatalog.callSeconds)
    }

    private static func totalled(_ name: String) -> String {
        name.hasSuffix("_total") ? name : name + "_total"
    }
}

extension PrometheusRegistry: MetricsFactory {
    /// Makes a counter for swift-metrics.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// Makes a floating-point counter for swift-metrics.
    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// Makes a gauge for swift-metrics.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// Makes a histogram for swift-metrics, or a gauge if it does not aggregate.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return histogram(label, dimensions) }
        return gauge(label, dimensions)
    }

    /// Makes a histogram in seconds for swift-metrics.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// Does nothing. A counter that vanished and came back would look like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    package func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    package func destroyTimer(_ handler: any TimerHandler) {}
}

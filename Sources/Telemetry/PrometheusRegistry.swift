public import Metrics
import Locks

/// Keeps metrics and shows them in Prometheus' text format 0.0.4.
///
/// A lock is taken to find or make a series; counting itself is atomic. So code on the path of a call gets its series
/// once and keeps it. A metric has at most `maximumSeries` label sets: further ones are counted together in one
/// series whose labels all say `other`, and `telemetry_series_overflow_total` counts how often that happened.
public final class PrometheusRegistry: Sendable {
    /// The `Content-Type` of ``exposition()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let catalog: MetricCatalog
    private let maximumSeries: Int
    private let families = Locked<[String: MetricFamily]>([:])

    /// Makes a registry. Documented counters without labels are shown from the start, as zero.
    public init(catalog: MetricCatalog = MetricCatalog([]), maximumSeries: Int = 500) {
        self.catalog = catalog
        self.maximumSeries = max(1, maximumSeries)
        for metric in catalog.metrics where metric.kind == .counter && metric.labels.isEmpty {
            _ = counter(metric.name)
        }
    }

    /// The counter with this name and these labels; `_total` is added to a name that does not end in it.
    public func counter(_ name: String, _ labels: [(String, String)] = []) -> PrometheusCounter {
        let name = MetricText.name(name)
        let made = MetricFamily.Series.counter(PrometheusCounter())
        if case .counter(let counter) = series(Self.totalled(name), .counter, labels, { _ in made }) { return counter }
        return PrometheusCounter()
    }

    /// The gauge with this name and these labels.
    public func gauge(_ name: String, _ labels: [(String, String)] = []) -> PrometheusGauge {
        let made = MetricFamily.Series.gauge(PrometheusGauge())
        if case .gauge(let gauge) = series(MetricText.name(name), .gauge, labels, { _ in made }) { return gauge }
        return PrometheusGauge()
    }

    /// The histogram with this name and these labels; its buckets are those of the catalog, else
    /// ``MetricCatalog/callSeconds``.
    public func histogram(_ name: String, _ labels: [(String, String)] = []) -> PrometheusHistogram {
        let found = series(MetricText.name(name), .histogram, labels) {
            .histogram(PrometheusHistogram(bounds: $0))
        }
        if case .histogram(let histogram) = found { return histogram }
        return PrometheusHistogram(bounds: MetricCatalog.callSeconds)
    }

    /// Shows a value that is read at each scrape; a later call with the same name and labels replaces it.
    ///
    /// - Parameter kind: `.gauge`, or `.counter` for a value that only rises.
    public func observe(
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

    /// Everything in the text format, as UTF-8: documented metrics in the catalog's order, then the others by name.
    public func exposition() -> [UInt8] {
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

    /// Finds or makes a series. Nil when the name belongs to another kind of metric.
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
    /// A counter of swift-metrics.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A floating-point counter of swift-metrics.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A gauge of swift-metrics.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram of swift-metrics, or a gauge when it does not aggregate.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return histogram(label, dimensions) }
        return gauge(label, dimensions)
    }

    /// A histogram of swift-metrics in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// Does nothing: a counter that vanished and came back would look like a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyTimer(_ handler: any TimerHandler) {}
}

import Metrics
import Synchronization
import Telemetry
import Testing

@Suite struct ExpositionTests {
    private let catalog = MetricCatalog([
        .init("calls_total", .counter, "Calls.\nWith a \\ in it.", labels: ["method"]),
        .init("starts_total", .counter, "Starts."),
        .init("call_seconds", .histogram, "Time of a call.", buckets: [0.1, 1]),
    ])

    private func text(_ registry: PrometheusRegistry) -> String {
        String(decoding: registry.exposition(), as: UTF8.self)
    }

    @Test("Documented metrics come first in their order, with help and type, and plain counters from zero")
    func documentedMetricsComeFirst() {
        let registry = PrometheusRegistry(catalog: catalog)
        registry.gauge("a_gauge").set(1.5)
        registry.counter("calls", [("method", "m")]).increment(by: 3 as Int64)
        #expect(
            text(registry) == """
                # HELP calls_total Calls.\\nWith a \\\\ in it.
                # TYPE calls_total counter
                calls_total{method="m"} 3
                # HELP starts_total Starts.
                # TYPE starts_total counter
                starts_total 0
                # HELP a_gauge Not documented.
                # TYPE a_gauge gauge
                a_gauge 1.5

                """)
    }

    @Test("The buckets of a histogram are cumulative, and a bound counts as inside")
    func bucketsOfHistogramAreCumulative() {
        let registry = PrometheusRegistry(catalog: MetricCatalog([catalog.metrics[2]]))
        let histogram = registry.histogram("call_seconds", [("app", "x")])
        for value in [0.05, 0.1, 0.5, 7] { histogram.record(value) }
        histogram.record(.milliseconds(250))
        histogram.record(Double.nan)
        #expect(
            text(registry) == """
                # HELP call_seconds Time of a call.
                # TYPE call_seconds histogram
                call_seconds_bucket{app="x",le="0.1"} 2
                call_seconds_bucket{app="x",le="1"} 4
                call_seconds_bucket{app="x",le="+Inf"} 5
                call_seconds_sum{app="x"} 7.9
                call_seconds_count{app="x"} 5

                """)
    }

    @Test("Label values are escaped, names are made valid, and the order of labels does not matter")
    func labelValuesAreEscaped() {
        let registry = PrometheusRegistry()
        registry.counter("9 bad-name", [("b", "q\"uote"), ("a.c", "line\nfeed\\")]).increment()
        registry.counter("9 bad-name", [("a.c", "line\nfeed\\"), ("b", "q\"uote")]).increment()
        registry.counter("other", [("__x", "ü")]).increment()
        #expect(text(registry).contains("\n_9_bad_name_total{a_c=\"line\\nfeed\\\\\",b=\"q\\\"uote\"} 2\n"))
        #expect(text(registry).contains("\nother_total{x__x=\"ü\"} 1\n"))
    }

    @Test("Label sets over the limit are counted together, and counted")
    func labelSetsOverLimit() {
        let registry = PrometheusRegistry(maximumSeries: 3)
        for number in 0..<10 { registry.counter("x", [("n", "\(number)")]).increment() }
        let lines = text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "telemetry_series_overflow_total{metric=\"x_total\"} 7", "x_total{n=\"0\"} 1", "x_total{n=\"1\"} 1",
                "x_total{n=\"2\"} 1", "x_total{n=\"other\"} 7",
            ])
    }

    @Test("Values that are read at the scrape are fresh, and numbers are written as Prometheus reads them")
    func valuesThatAreRead() {
        let registry = PrometheusRegistry()
        let count = Mutex(0)
        let shared = Shared(count)
        registry.observe("fresh") { shared.next() }
        registry.observe("infinite") { -.infinity }
        registry.observe("none") { .nan }
        registry.observe("tiny") { 1e-9 }
        registry.observe("large", kind: .counter) { 9_007_199_254_740_992 }
        _ = registry.exposition()
        let text = text(registry)
        for line in ["fresh 2", "infinite -Inf", "none NaN", "tiny 1e-09", "large 9007199254740992"] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(text.contains("# TYPE large counter\n"))
    }

    private final class Shared: Sendable {
        private let count: Mutex<Int>
        init(_ count: consuming Mutex<Int>) { self.count = count }
        func next() -> Double {
            count.withLock {
                $0 += 1
                return Double($0)
            }
        }
    }

    @Test("A name that is taken by another kind of metric keeps its kind")
    func nameThatIsTaken() {
        let registry = PrometheusRegistry()
        registry.gauge("x").set(5 as Int64)
        registry.histogram("x").record(1.0)
        #expect(text(registry) == "# HELP x Not documented.\n# TYPE x gauge\nx 5\n")
    }

    @Test("The metrics of swift-metrics arrive")
    func swiftMetrics() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("a", "b")], factory: registry).increment(by: 2)
        FloatingPointCounter(label: "f", factory: registry).increment(by: 0.5)
        let meter = Meter(label: "m", factory: registry)
        meter.increment(by: 3)
        meter.decrement(by: 1)
        Gauge(label: "g", factory: registry).record(-4)
        Metrics.Timer(label: "t", factory: registry).recordMilliseconds(20)
        Recorder(label: "r", dimensions: [], aggregate: true, factory: registry).record(7)
        let text = text(registry)
        for line in [
            "c_total{a=\"b\"} 2", "f_total 0.5", "m 2", "g -4", "t_bucket{le=\"0.01\"} 0", "t_bucket{le=\"0.025\"} 1",
            "t_sum 0.02", "t_count 1", "r_bucket{le=\"10\"} 1",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
    }

    @Test("Nothing is lost when several threads count at once")
    func nothingIsLostWhenSeveral() async {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        registry.counter("n", [("a", "b")]).increment()
                        registry.counter("f").increment(by: 0.5)
                        registry.histogram("h").record(1.0)
                    }
                }
            }
        }
        let text = text(registry)
        #expect(text.contains("\nn_total{a=\"b\"} 8000\n"))
        #expect(text.contains("\nf_total 4000\n"))
        #expect(text.contains("\nh_sum 8000\n"))
    }

    @Test("A counter only rises")
    func onlyRises() {
        let counter = PrometheusRegistry().counter("c")
        counter.increment(by: 5 as Int64)
        counter.increment(by: -3 as Int64)
        counter.increment(by: -1.5)
        counter.increment(by: .infinity)
        #expect(counter.value == 5)
    }

    @Test("The process shows its own figures")
    func processShowsItsOwnFigures() throws {
        let registry = PrometheusRegistry(catalog: MetricCatalog(ProcessMetrics.catalog))
        ProcessMetrics.register(in: registry)
        var values: [String: Double] = [:]
        for line in text(registry).split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(values.count == 5)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_max_fds"]) >= 3)
        #expect(try #require(values["process_start_time_seconds"]) > 1_700_000_000)
    }
}

/// All series of one metric.
struct MetricFamily: Sendable {
    /// The source of a series' value.
    enum Series: Sendable {
        case counter(PrometheusCounter)
        case gauge(PrometheusGauge)
        case histogram(PrometheusHistogram)
        case observed(@Sendable () -> Double)
    }

    let name: String
    let kind: MetricKind
    let help: String
    let bounds: [Double]
    /// The series by their labels as text.
    var series: [String: Series] = [:]
    /// The source of further series, whose labels may change.
    var readAll: (@Sendable () -> [(labels: [(String, String)], value: Double)])?

    /// Writes HELP, TYPE and every series in the order of the labels.
    func append(to bytes: inout [UInt8]) {
        bytes += "# HELP \(name) \(MetricText.escaped(help, quotes: false))\n".utf8
        bytes += "# TYPE \(name) \(kind.rawValue)\n".utf8
        for (labels, one) in series.sorted(by: { $0.key < $1.key }) {
            switch one {
            case .counter(let counter): MetricText.append(name, labels, MetricText.number(counter.value), to: &bytes)
            case .gauge(let gauge): MetricText.append(name, labels, MetricText.number(gauge.value), to: &bytes)
            case .observed(let read): MetricText.append(name, labels, MetricText.number(read()), to: &bytes)
            case .histogram(let histogram): append(histogram, labels, to: &bytes)
            }
        }
        for (labels, value) in readAll?() ?? [] {
            MetricText.append(name, MetricText.labels(labels), MetricText.number(value), to: &bytes)
        }
    }

    private func append(_ histogram: PrometheusHistogram, _ labels: String, to bytes: inout [UInt8]) {
        let (cumulative, sum) = histogram.snapshot
        let prefix = labels.isEmpty ? "" : labels + ","
        for (index, count) in cumulative.enumerated() {
            let bound = index < histogram.bounds.count ? MetricText.number(histogram.bounds[index]) : "+Inf"
            MetricText.append(name + "_bucket", prefix + "le=\"\(bound)\"", String(count), to: &bytes)
        }
        MetricText.append(name + "_sum", labels, MetricText.number(sum), to: &bytes)
        MetricText.append(name + "_count", labels, String(cumulative.last ?? 0), to: &bytes)
    }
}

package import Audit
package import JSON

extension StatsRow {
    /// Writes the row as an object of `GET /v1/audit/stats`. The values have the names of their dimensions.
    package func write(to json: inout JSONWriter, for query: StatsQuery) {
        json.beginObject()
        json.name("at")
        json.string(at)
        for (dimension, value) in zip(query.dimensions, values) {
            json.name(dimension.rawValue)
            if value.isEmpty { json.null() } else { json.string(value) }
        }
        for measure in StatsQuery.Measure.allCases where query.measures.contains(measure) {
            json.name(measure.member)
            json.raw(text(of: measure).utf8)
        }
        json.endObject()
    }

    /// A measure as a decimal number. Durations are in milliseconds.
    package func text(of measure: StatsQuery.Measure) -> String {
        switch measure {
        case .count: String(calls)
        case .errors: String(errors)
        case .errorRate: Self.rate(errors, of: calls)
        case .p50: CallSummary.milliseconds(quantiles.p50)
        case .p95: CallSummary.milliseconds(quantiles.p95)
        case .p99: CallSummary.milliseconds(quantiles.p99)
        case .requestBytes: String(bytes.request)
        case .responseBytes: String(bytes.response)
        }
    }

    /// A ratio as a decimal number with six digits.
    static func rate(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0" }
        let millionths = String((part * 1_000_000 + whole / 2) / whole)
        guard part < whole else { return "1" }
        return "0." + String(repeating: "0", count: 6 - millionths.utf8.count) + millionths
    }
}

extension StatsQuery.Measure {
    /// The measure's name in a row, with its unit.
    package var member: String { isQuantile ? rawValue + "_ms" : rawValue }
}

import Postgres
import TOP

/// A WHERE clause under construction.
struct TrailClause {
    /// The places of a stretch's ends among the parameters.
    struct Range {
        let from: String
        let to: String
    }

    var terms: [String] = []
    var parameters: [SQLValue] = []

    var text: String { terms.isEmpty ? "true" : terms.joined(separator: " AND ") }

    mutating func range(_ window: TrailWindow) -> Range {
        let range = Range(from: instant(window.from), to: instant(window.to))
        terms += ["at >= \(range.from)", "at < \(range.to)"]
        return range
    }

    mutating func add(_ column: String, equals value: String?) {
        guard let value else { return }
        terms.append("\(column) = \(bind(.text(value)))")
    }

    mutating func add(method: String?) {
        guard let method else { return }
        guard method.utf8.contains(UInt8(ascii: "*")) else { return add("method", equals: method) }
        let pattern = method.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            .replacing("*", with: "%")
        terms.append("method LIKE \(bind(.text(pattern)))")
    }

    mutating func add(ref: String?) {
        guard let ref else { return }
        terms.append("refs IS NOT NULL AND refs @> ARRAY[\(bind(.text(ref)))]::text[]")
    }

    mutating func add(fingerprints: [Int64]) {
        guard !fingerprints.isEmpty else { return terms.append("false") }
        let list = fingerprints.map { String($0) }.joined(separator: ",")
        terms.append("keys && '{\(list)}'::bigint[]")
    }

    mutating func add(_ cursor: TrailCursor?) {
        guard let cursor else { return }
        let comparison = cursor.direction == .newer ? ">" : "<"
        terms.append(
            "(at, id) \(comparison) (\(instant(cursor.id.epochMilliseconds)), \(bind(.text(cursor.id.text)))::uuid)")
    }

    mutating func instant(_ milliseconds: Int64) -> String {
        bind(.text(TOPTime.rfc3339(epochMilliseconds: Int(milliseconds)))) + "::timestamptz"
    }

    private mutating func bind(_ value: SQLValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }
}

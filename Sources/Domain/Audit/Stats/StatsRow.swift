import Postgres

/// The calls of one bucket and one set of values of the dimensions.
package struct StatsRow: Sendable, Equatable {
    /// The first instant of the bucket, in RFC 3339 and UTC.
    package let at: String
    /// The values of the dimensions in their order. A value is empty if the calls have none.
    package let values: [String]
    /// The number of ended calls.
    package let calls: Int
    /// The number of ended calls whose outcome is not `success` or `accepted`.
    package let errors: Int
    /// The bytes sent and received.
    package let bytes: (request: Int, response: Int)
    /// Quantiles of the duration in microseconds: 50 %, 95 % and 99 % of the calls took at most this long. They are 0
    /// if they were not asked for.
    package let quantiles: (p50: Int, p95: Int, p99: Int)

    /// Reads a row of `StatsStatement`, whose columns are in this order. It reads by index, because a result may have
    /// tens of thousands of rows.
    /// - Parameter at: the first column as text.
    init(_ row: Row, at: String, dimensions: Int) {
        func number(_ place: Int) -> Int { Int(row[1 + dimensions + place].integer ?? 0) }
        self.at = at
        values = (1..<1 + dimensions).map { row[$0].text ?? "" }
        calls = number(0)
        errors = number(1)
        bytes = (number(2), number(3))
        quantiles = (number(4), number(5), number(6))
    }

    /// Makes a row without bytes and quantiles.
    init(at: String, values: [String], calls: Int) {
        self.at = at
        self.values = values
        self.calls = calls
        errors = 0
        bytes = (0, 0)
        quantiles = (0, 0, 0)
    }

    /// Compares all members.
    package static func == (one: StatsRow, other: StatsRow) -> Bool {
        one.at == other.at && one.values == other.values && one.calls == other.calls && one.errors == other.errors
            && one.bytes == other.bytes && one.quantiles == other.quantiles
    }

    /// The rows of the `count` sets of values that have the most calls in total. Ties are decided by the order of the
    /// values.
    static func top(_ count: Int, of rows: [StatsRow]) -> [StatsRow] {
        var calls: [[String]: Int] = [:]
        for row in rows { calls[row.values, default: 0] += row.calls }
        guard calls.count > count else { return rows }
        let order = calls.sorted {
            ($1.value, $0.key.joined(separator: "\0")) < ($0.value, $1.key.joined(separator: "\0"))
        }
        let kept = Set(order.prefix(count).map(\.key))
        return rows.filter { kept.contains($0.values) }
    }

}

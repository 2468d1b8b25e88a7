import Postgres

/// The calls of one bucket, and of one set of values of the dimensions.
public struct StatsRow: Sendable, Equatable {
    /// The bucket's first instant, RFC 3339, UTC.
    public let at: String
    /// The dimensions' values in their order; empty where the calls have none.
    public let values: [String]
    /// Calls that have ended.
    public let calls: Int
    /// Those that ended neither as success nor as accepted.
    public let errors: Int
    /// Bytes sent and received.
    public let bytes: (request: Int, response: Int)
    /// Quantiles of the duration, in microseconds: half, 95 % and 99 % of the calls took at most as long. 0 where they are not asked for.
    public let quantiles: (p50: Int, p95: Int, p99: Int)

    /// Reads a row of `StatsStatement`, whose columns are in this order. By their places: an answer may have tens of thousands.
    /// - Parameter at: the row's first column as text.
    init(_ row: Row, at: String, dimensions: Int) {
        func number(_ place: Int) -> Int { Int(row[1 + dimensions + place].integer ?? 0) }
        self.at = at
        values = (1..<1 + dimensions).map { row[$0].text ?? "" }
        calls = number(0)
        errors = number(1)
        bytes = (number(2), number(3))
        quantiles = (number(4), number(5), number(6))
    }

    /// A row without bytes and quantiles.
    init(at: String, values: [String], calls: Int) {
        self.at = at
        self.values = values
        self.calls = calls
        errors = 0
        bytes = (0, 0)
        quantiles = (0, 0, 0)
    }

    /// Equal in every member.
    public static func == (one: StatsRow, other: StatsRow) -> Bool {
        one.at == other.at && one.values == other.values && one.calls == other.calls && one.errors == other.errors
            && one.bytes == other.bytes && one.quantiles == other.quantiles
    }

    /// The rows of the sets of values that have most calls in all; among equals, of those that come first.
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

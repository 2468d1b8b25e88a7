public import JSON
public import Postgres

/// The calls of one bucket, and of one value of the dimension.
public struct StatsRow: Sendable, Equatable {
    /// The bucket's first instant, RFC 3339, UTC.
    public let at: String
    /// The dimension's value; empty where the calls have none, and without a dimension.
    public let value: String
    /// Calls that have ended.
    public let calls: Int
    /// Those that ended neither as success nor as accepted.
    public let errors: Int
    /// Bytes sent and received.
    public let bytes: (request: Int, response: Int)
    /// Quantiles of the duration, in microseconds: half, 95 % and 99 % of the calls took at most as long.
    public let quantiles: (p50: Int, p95: Int, p99: Int)

    init(_ row: Row) {
        func number(_ name: String) -> Int { Int(row[name].integer ?? 0) }
        at = row["at"].text ?? ""
        value = row["value"].text ?? ""
        calls = number("calls")
        errors = number("errors")
        bytes = (number("request_bytes"), number("response_bytes"))
        quantiles = (number("p50_us"), number("p95_us"), number("p99_us"))
    }

    /// Equal in every member.
    public static func == (one: StatsRow, other: StatsRow) -> Bool {
        one.at == other.at && one.value == other.value && one.calls == other.calls && one.errors == other.errors
            && one.bytes == other.bytes && one.quantiles == other.quantiles
    }

    /// Writes the row as an object of `GET /v1/audit/stats`; the dimension's value stands under its name.
    public func write(to json: inout JSONWriter, dimension: StatsQuery.Dimension?) {
        json.beginObject()
        json.name("at")
        json.string(at)
        if let dimension {
            json.name(dimension.rawValue)
            if value.isEmpty { json.null() } else { json.string(value) }
        }
        json.name("count")
        json.integer(calls)
        json.name("errors")
        json.integer(errors)
        json.name("error_rate")
        json.raw(Self.rate(errors, of: calls).utf8)
        for (name, microseconds) in [("p50_ms", quantiles.p50), ("p95_ms", quantiles.p95), ("p99_ms", quantiles.p99)] {
            json.name(name)
            json.raw(TrailRow.milliseconds(microseconds).utf8)
        }
        json.name("request_bytes")
        json.integer(bytes.request)
        json.name("response_bytes")
        json.integer(bytes.response)
        json.endObject()
    }

    /// A share as a decimal number of six digits.
    static func rate(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0" }
        let millionths = String((part * 1_000_000 + whole / 2) / whole)
        guard part < whole else { return "1" }
        return "0." + String(repeating: "0", count: 6 - millionths.utf8.count) + millionths
    }
}

extension TrailReader {
    /// Aggregates, in the order of time; nil: there are too many rows.
    public func stats(_ query: StatsQuery) async throws(PostgresError) -> [StatsRow]? {
        let (sql, parameters) = query.statement()
        let rows = try await self.query(sql, parameters).map { StatsRow($0) }
        return rows.count > StatsQuery.maximumRows ? nil : rows
    }
}

public import Audit
import JSON
import Logging
import Postgres
public import Problems
import TOP
public import Vault

extension Worker {
    /// Aggregates of everybody's calls.
    public func stats(_ query: StatsQuery, for token: AccessToken) async throws(Problem) -> Reply {
        var query = query
        query.filter = try await readable(query.filter, by: token)
        let answer: TrailReader.StatsAnswer
        do { answer = try await reader.stats(query) } catch { throw Self.unreadable(error, logger) }
        switch answer {
        case .rows(let rows): return .json(await Self.text(of: rows, for: query))
        case .tooManyRows:
            throw Problem(
                .malformedRequest,
                "These are more than \(StatsQuery.maximumRows) rows: take a longer bucket, fewer dimensions, or less time."
            )
        case .tooMuch:
            throw Problem(
                .malformedRequest,
                """
                Counting this takes too long: take a shorter stretch or fewer dimensions, filter by a value that fewer calls have, \
                or leave the quantiles out.
                """)
        }
    }

    private static func text(of rows: [StatsRow], for query: StatsQuery) async -> [UInt8] {
        var json = JSONWriter(capacity: 256 + rows.count * (64 + 24 * (query.measures.count + query.dimensions.count)))
        json.beginObject()
        json.name("bucket")
        json.string(query.bucket.rawValue)
        json.name("dimensions")
        json.beginArray()
        for dimension in query.dimensions { json.string(dimension.rawValue) }
        json.endArray()
        json.name("from")
        json.string(TOPTime.rfc3339(epochMilliseconds: Int(query.fromMilliseconds)))
        json.name("to")
        json.string(TOPTime.rfc3339(epochMilliseconds: Int(query.toMilliseconds)))
        json.name("data")
        json.beginArray()
        for (place, row) in rows.enumerated() {
            row.write(to: &json, for: query)
            if place % StatsQuery.rowsAtOnce == StatsQuery.rowsAtOnce - 1 { await Task.yield() }
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}

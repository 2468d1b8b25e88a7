import Audit
import JSON
import Postgres
package import Problems
package import Requests
import TOP

extension AuditHandlers {
    /// `GET /v1/audit/stats`: figures of everybody's calls.
    package func stats(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let query = try StatsQuery(request.query, catalog: request.catalog, now: now())
        let authorized = try await authorizing { () async throws(TrailReadError) in
            try await reader.authorize(query, for: request.access, keys: keys)
        }
        let answer = try await reading { () async throws(PostgresError) in try await reader.stats(authorized) }
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
                Counting this takes too long: take less time or fewer dimensions, filter by a value that fewer calls have, \
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

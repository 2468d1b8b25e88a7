import Audit
import JSON
import Postgres
package import Problems
package import Requests
import TOP
import Time

extension AuditHandlers {
    /// `GET /v1/audit/stats`: statistics of all callers' calls.
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
                "The result exceeds \(StatsQuery.maximumRows) rows. Use a longer bucket, fewer dimensions or a shorter time."
            )
        case .tooMuch:
            throw Problem(
                .malformedRequest,
                """
                Counting takes too long. Use a shorter time, fewer dimensions, a filter that fewer calls match, \
                or leave out the quantiles.
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
        json.string(RFC3339.text(epochMilliseconds: query.fromMilliseconds))
        json.name("to")
        json.string(RFC3339.text(epochMilliseconds: query.toMilliseconds))
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

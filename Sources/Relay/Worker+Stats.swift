public import Audit
import JSON
import Postgres
import TOP

extension Worker {
    /// Aggregates of everybody's calls.
    public func stats(_ query: StatsQuery) async throws(Problem) -> Reply {
        let found: [StatsRow]?
        do { found = try await reader.stats(query) } catch { throw Self.unreadable(error) }
        guard let found else {
            throw Problem(
                .malformedRequest,
                "These are more than \(StatsQuery.maximumRows) rows: take a longer bucket, or less time.")
        }
        var json = JSONWriter(capacity: 256 + found.count * 192)
        json.beginObject()
        json.name("bucket")
        json.string(query.bucket.rawValue)
        json.name("dimension")
        if let dimension = query.dimension { json.string(dimension.rawValue) } else { json.null() }
        json.name("from")
        json.string(TOPTime.rfc3339(epochMilliseconds: Int(query.fromMilliseconds)))
        json.name("to")
        json.string(TOPTime.rfc3339(epochMilliseconds: Int(query.toMilliseconds)))
        json.name("data")
        json.beginArray()
        for row in found { row.write(to: &json, dimension: query.dimension) }
        json.endArray()
        json.endObject()
        return .json(json.bytes)
    }
}

package import Postgres
import TOP
import Time

extension TrailReader {
    /// The result of a statistics query.
    package enum StatsResult: Sendable {
        /// In the order of time, or of the number of calls if the query has no buckets.
        case rows([StatsRow])
        /// The result has more rows than the maximum.
        case tooManyRows
        /// Too many calls would have to be counted one by one, or the query took too long.
        case tooMuch
    }

    /// Aggregates calls. Whole hours come from the rollups where these exist, and the rest is counted from the calls.
    package func stats(_ query: AuthorizedStatsQuery) async throws(PostgresError) -> StatsResult {
        let plan = StatsPlan(query, try await marks(of: query.stretch))
        guard let (sql, parameters) = StatsStatement.make(query, plan) else { return .rows([]) }
        let rows: Rows
        do throws(PostgresError) {
            rows = try await self.query(sql, parameters)
        } catch {
            guard case .timeout = error.kind, !plan.live.isEmpty || query.wantsQuantiles else { throw error }
            return .tooMuch
        }
        if (rows.first?["counted"].integer ?? 0) > Int64(StatsQuery.maximumCalls) { return .tooMuch }
        guard rows.count <= StatsQuery.maximumRows else { return .tooManyRows }
        var all: [StatsRow] = []
        all.reserveCapacity(rows.count)
        // The rows of a bucket follow each other, so format each instant once.
        var bucket: (milliseconds: Int64, text: String) = (.min, "")
        for row in rows {
            if let start = row[0].integer, start != bucket.milliseconds {
                bucket = (start, RFC3339.text(epochMilliseconds: start))
            }
            all.append(StatsRow(row, at: bucket.text, dimensions: query.dimensions.count))
            if all.count.isMultiple(of: StatsQuery.rowsAtOnce) { await Task.yield() }
        }
        return .rows(query.top.map { StatsRow.top($0, of: all) } ?? all)
    }

    private func marks(of stretch: TimeRange) async throws(PostgresError) -> StatsPlan.Marks {
        let rows = try await query(
            """
            SELECT (extract(epoch FROM done_before) * 1000)::bigint AS done, (extract(epoch FROM audit.oldest()) * 1000)::bigint AS oldest, \
            (extract(epoch FROM now()) * 1000)::bigint AS now, \
            (SELECT string_agg(from_ms::text, ' ' ORDER BY from_ms) \
             FROM (SELECT (extract(epoch FROM audit.day_start(d)) * 1000)::bigint AS from_ms FROM audit.uncounted_days() AS d) AS days \
             WHERE from_ms < $2::bigint AND from_ms > $1::bigint - \(WindowIterator.day)) AS uncounted
            FROM audit.rollup_state
            """, [.integer(stretch.from), .integer(stretch.to)])
        let row = rows.first
        return StatsPlan.Marks(
            done: row?["done"].integer ?? .min, oldest: row?["oldest"].integer ?? 0,
            newest: (row?["now"].integer ?? 0) + WindowIterator.day,
            uncountedDays: (row?["uncounted"].text ?? "").split(separator: " ").compactMap { Int64($0) })
    }
}

public import Postgres
import TOP

extension TrailReader {
    /// What became of a question for aggregates.
    public enum StatsAnswer: Sendable {
        /// In the order of time; a whole stretch's by the number of calls.
        case rows([StatsRow])
        /// More rows than an answer may have.
        case tooManyRows
        /// More calls would have to be counted one by one than may be, or it took too long.
        case tooMuch
    }

    /// Aggregates: out of what is kept, and out of the calls where it is not.
    public func stats(_ query: AuthorizedStatsQuery) async throws(PostgresError) -> StatsAnswer {
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
        // Rows of a bucket stand together: its instant is written once.
        var bucket: (milliseconds: Int64, text: String) = (.min, "")
        for row in rows {
            if let start = row[0].integer, start != bucket.milliseconds {
                bucket = (start, TOPTime.rfc3339(epochMilliseconds: Int(start)))
            }
            all.append(StatsRow(row, at: bucket.text, dimensions: query.dimensions.count))
            if all.count.isMultiple(of: StatsQuery.rowsAtOnce) { await Task.yield() }
        }
        return .rows(query.top.map { StatsRow.top($0, of: all) } ?? all)
    }

    private func marks(of stretch: TrailWindow) async throws(PostgresError) -> StatsPlan.Marks {
        let rows = try await query(
            """
            SELECT (extract(epoch FROM done_before) * 1000)::bigint AS done, (extract(epoch FROM audit.oldest()) * 1000)::bigint AS oldest, \
            (extract(epoch FROM now()) * 1000)::bigint AS now, \
            (SELECT string_agg(from_ms::text, ' ' ORDER BY from_ms) \
             FROM (SELECT (extract(epoch FROM audit.day_start(d)) * 1000)::bigint AS from_ms FROM audit.uncounted_days() AS d) AS days \
             WHERE from_ms < $2::bigint AND from_ms > $1::bigint - \(TrailWalk.day)) AS uncounted
            FROM audit.rollup_state
            """, [.integer(stretch.from), .integer(stretch.to)])
        let row = rows.first
        return StatsPlan.Marks(
            done: row?["done"].integer ?? .min, oldest: row?["oldest"].integer ?? 0,
            newest: (row?["now"].integer ?? 0) + TrailWalk.day,
            uncountedDays: (row?["uncounted"].text ?? "").split(separator: " ").compactMap { Int64($0) })
    }
}

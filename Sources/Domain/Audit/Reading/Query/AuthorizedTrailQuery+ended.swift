import Postgres

extension AuthorizedTrailQuery {
    /// The statement for calls whose rows became visible between two checkpoints.
    ///
    /// The system column `xmin` has only the low 32 bits of the number of the transaction that wrote the row. The
    /// statement picks the high bits that give the largest number before `upTo`. The comparison with `oldestRunning`
    /// comes first because it is cheap.
    ///
    /// The order uses the table's columns. The output column `finished_at` has only milliseconds, but the next page
    /// begins after an instant in microseconds.
    func statement(_ scan: CallChangeFeed.Scan) -> (sql: String, parameters: [SQLValue]) {
        var clause = WhereBuilder()
        clause.terms.append("at >= \(clause.instant(scan.from))")
        if let to = scan.to { clause.terms.append("at < \(clause.instant(to))") }
        if let fromMilliseconds = query.fromMilliseconds {
            clause.terms.append("at >= \(clause.instant(fromMilliseconds))")
        }
        if let toMilliseconds = query.toMilliseconds { clause.terms.append("at < \(clause.instant(toMilliseconds))") }
        addCommon(to: &clause)
        addEnded(to: &clause)
        let with = clause.parts.isEmpty ? "" : "WITH \(clause.parts.joined(separator: ", ")) "
        let upTo = scan.upTo.snapshot
        let writer = "(\(upTo.next) - ((\(upTo.next) - c.xmin::text::bigint) & 4294967295))"
        clause.terms += [
            "\(writer) >= \(scan.after.oldestRunning)",
            "NOT pg_visible_in_snapshot(\(writer)::text::xid8, '\(scan.after.text)'::pg_snapshot)",
            "pg_visible_in_snapshot(\(writer)::text::xid8, '\(upTo.text)'::pg_snapshot)",
            Self.highestSource,
        ]
        if let beyond = scan.beyond {
            let finishedAt = clause.bind(.text(beyond.finishedAt))
            let id = clause.bind(.text(beyond.id.text))
            clause.terms.append("(c.finished_at, c.id) > (\(finishedAt)::timestamptz, \(id)::uuid)")
        }
        return (
            """
            \(with)SELECT \(CallSummary.endedColumns), source, finished_at::text AS finished FROM audit.calls AS c \
            WHERE \(clause.text) ORDER BY c.finished_at, c.id LIMIT \(CallChangeFeed.pageRows)
            """, clause.parameters
        )
    }
}

extension TrailReader {
    /// A row of `audit.calls` with its source and its exact end.
    typealias EndedRow = (row: CallSummary, source: Int64, finishedAt: String)

    /// The calls that a scan finds, at most a page.
    func ended(_ filter: AuthorizedTrailQuery, _ scan: CallChangeFeed.Scan) async throws(PostgresError) -> [EndedRow] {
        let (sql, parameters) = filter.statement(scan)
        return try await query(sql, parameters).compactMap { found in
            CallSummary(found).map { ($0, found["source"].integer ?? 1, found["finished"].text ?? "") }
        }
    }
}

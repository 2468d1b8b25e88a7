import Postgres

extension AuthorizedTrailQuery {
    /// The statement for calls whose rows became visible between two moments.
    ///
    /// `xmin` is the low half of the number of the transaction that wrote a row; the high half is the one that makes it
    /// the latest number before `upTo`. The comparison with `oldestRunning` comes first because it is cheap.
    ///
    /// The order names the table's columns: the output column `finished_at` has milliseconds only, and the next page
    /// begins after an instant in microseconds.
    func statement(_ look: TrailTail.Look) -> (sql: String, parameters: [SQLValue]) {
        var clause = TrailClause()
        clause.terms.append("at >= \(clause.instant(look.from))")
        if let to = look.to { clause.terms.append("at < \(clause.instant(to))") }
        if let fromMilliseconds = query.fromMilliseconds {
            clause.terms.append("at >= \(clause.instant(fromMilliseconds))")
        }
        if let toMilliseconds = query.toMilliseconds { clause.terms.append("at < \(clause.instant(toMilliseconds))") }
        addCommon(to: &clause)
        addEnded(to: &clause)
        let with = clause.parts.isEmpty ? "" : "WITH \(clause.parts.joined(separator: ", ")) "
        let upTo = look.upTo.snapshot
        let writer = "(\(upTo.next) - ((\(upTo.next) - c.xmin::text::bigint) & 4294967295))"
        clause.terms += [
            "\(writer) >= \(look.after.oldestRunning)",
            "NOT pg_visible_in_snapshot(\(writer)::text::xid8, '\(look.after.text)'::pg_snapshot)",
            "pg_visible_in_snapshot(\(writer)::text::xid8, '\(upTo.text)'::pg_snapshot)",
            Self.highestSource,
        ]
        if let beyond = look.beyond {
            let finishedAt = clause.bind(.text(beyond.finishedAt))
            let id = clause.bind(.text(beyond.id.text))
            clause.terms.append("(c.finished_at, c.id) > (\(finishedAt)::timestamptz, \(id)::uuid)")
        }
        return (
            """
            \(with)SELECT \(TrailRow.endedColumns), source, finished_at::text AS finished FROM audit.calls AS c \
            WHERE \(clause.text) ORDER BY c.finished_at, c.id LIMIT \(TrailTail.pageRows)
            """, clause.parameters
        )
    }
}

extension TrailReader {
    /// A row of audit.calls with what tells it from others.
    typealias EndedRow = (row: TrailRow, source: Int64, finishedAt: String)

    /// The calls of a look, a page at most.
    func ended(_ filter: AuthorizedTrailQuery, _ look: TrailTail.Look) async throws(PostgresError) -> [EndedRow] {
        let (sql, parameters) = filter.statement(look)
        return try await query(sql, parameters).compactMap { found in
            TrailRow(found).map { ($0, found["source"].integer ?? 1, found["finished"].text ?? "") }
        }
    }
}

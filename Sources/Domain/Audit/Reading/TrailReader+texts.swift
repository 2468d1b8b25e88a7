package import Postgres
import TOP
import Time

extension TrailReader {
    /// The maximum size in bytes of the texts of one page. A page with more ends early.
    package static let maximumPageTextBytes = 16 << 20

    /// Like `texts(of:_:maximumBytes:)` with ids.
    package func texts(
        of calls: [CallSummary], _ include: TrailInclude, maximumBytes: Int
    ) async throws(PostgresError) -> [CallTexts] {
        try await texts(of: calls.map(\.id), include, maximumBytes: maximumBytes)
    }

    /// The texts of calls, by one query. It returns texts from the first call on, as long as they fit into
    /// `maximumBytes`, and always those of the first call.
    /// - Returns: the texts in the order of `ids`, possibly fewer.
    func texts(
        of ids: [CallID], _ include: TrailInclude, maximumBytes: Int
    ) async throws(PostgresError) -> [CallTexts] {
        guard !ids.isEmpty else { return [] }
        guard !include.isEmpty else { return ids.map { _ in CallTexts() } }
        let times = ids.map(\.epochMilliseconds)
        let found = try await query(
            Self.textsStatement(include, maximumBytes: maximumBytes),
            [
                .array(times.map(Self.instant)), .array(ids.map(\.text)),
                .text(Self.instant(times.min() ?? 0)), .text(Self.instant(times.max() ?? 0)),
            ])
        return found.map { row in
            var texts = CallTexts(request: row["request"].text, response: row["response"].text)
            texts.isRequestTruncated = row["request_truncated"].bool ?? false
            texts.isResponseTruncated = row["truncated"].bool ?? false
            return texts
        }
    }

    /// `LIMIT 1` makes the planner look up each text by its key. Only the length of a text is read until it is known to
    /// fit, because PostgreSQL stores long texts apart from their rows.
    private static func textsStatement(_ include: TrailInclude, maximumBytes: Int) -> String {
        var columns: [String] = []
        var joins = ""
        var lengths = "0"
        for (column, mark, table, isWanted) in [
            ("request", "request_truncated", "intents", include.request),
            ("response", "truncated", "responses", include.response),
        ] where isWanted {
            columns += [column, mark]
            lengths += " + coalesce(octet_length(\(column)), 0)"
            joins += """
                 LEFT JOIN LATERAL (SELECT \(column), \(mark) FROM audit.\(table) AS t WHERE t.at = k.at AND t.id = k.id \
                AND t.at >= $3::timestamptz AND t.at <= $4::timestamptz LIMIT 1) AS \(table) ON true
                """
        }
        let wanted = columns.joined(separator: ", ")
        return """
            SELECT \(wanted) FROM (SELECT number, \(wanted), sum(\(lengths)) OVER (ORDER BY number) AS total \
            FROM unnest($1::timestamptz[], $2::uuid[]) WITH ORDINALITY AS k (at, id, number)\(joins)) AS found \
            WHERE total <= \(maximumBytes) OR number = 1 ORDER BY number
            """
    }

    private static func instant(_ milliseconds: Int64) -> String {
        RFC3339.text(epochMilliseconds: milliseconds)
    }
}

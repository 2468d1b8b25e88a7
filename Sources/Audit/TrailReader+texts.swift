public import Postgres
import TOP

extension TrailReader {
    /// The most bytes of texts that a page of the list brings; a page with more ends early.
    public static let maximumPageTextBytes = 16 << 20

    /// The texts of calls, in one query: see `texts(of:_:maximumBytes:)` by ids.
    public func texts(
        of calls: [TrailRow], _ include: TrailInclude, maximumBytes: Int
    ) async throws(PostgresError) -> [TrailTexts] {
        try await texts(of: calls.map(\.id), include, maximumBytes: maximumBytes)
    }

    /// The texts of calls, in one query: of as many from the first on as keep within so many bytes, and always of the
    /// first.
    /// - Returns: the texts in the order of `ids`, perhaps fewer.
    func texts(
        of ids: [CallID], _ include: TrailInclude, maximumBytes: Int
    ) async throws(PostgresError) -> [TrailTexts] {
        guard !ids.isEmpty else { return [] }
        guard !include.isEmpty else { return ids.map { _ in TrailTexts() } }
        let times = ids.map(\.epochMilliseconds)
        let found = try await query(
            Self.textsStatement(include, maximumBytes: maximumBytes),
            [
                Self.array(times.map(Self.instant)), Self.array(ids.map(\.text)),
                .text(Self.instant(times.min() ?? 0)), .text(Self.instant(times.max() ?? 0)),
            ])
        return found.map { row in
            var texts = TrailTexts(request: row["request"].text, response: row["response"].text)
            texts.isRequestCut = row["request_truncated"].bool ?? false
            texts.isResponseCut = row["truncated"].bool ?? false
            return texts
        }
    }

    /// Each text is looked up by its key (`LIMIT 1` leaves the planner no other way), and only its length is looked at
    /// before it is known to fit: long texts stand apart from their rows.
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

    private static func array(_ texts: [String]) -> SQLValue { .text("{" + texts.joined(separator: ",") + "}") }

    private static func instant(_ milliseconds: Int64) -> String {
        TOPTime.rfc3339(epochMilliseconds: Int(milliseconds))
    }
}

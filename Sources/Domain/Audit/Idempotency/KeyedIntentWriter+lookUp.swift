import Postgres

extension KeyedIntentWriter {
    /// The latest run of a key; nil if the key is not in use.
    /// - Parameter nowMilliseconds: the replica's clock. It tells the windows in which the key is looked up.
    func latestRun(of claim: IdempotencyClaim, nowMilliseconds: Int64) async throws(PostgresError)
        -> IdempotencyRecord?
    {
        let window = IdempotencyClaim.window(epochMilliseconds: nowMilliseconds)
        let rows = try await lookUps.query(
            Self.latestRun,
            [
                .integer(window), .integer(window + 1), .bytes(claim.key), .bytes(claim.fingerprint),
            ], plan: .generic, timeout: Self.timeout)
        return rows.first.flatMap(IdempotencyRecord.init)
    }

    /// A call without a row in `audit.calls` is open.
    private static let latestRun = """
        SELECT k.run, k.id::text AS id, k.fingerprint = $4 AS is_same, c.outcome, c.retryable,
               (SELECT settles FROM audit.notes WHERE call = k.id AND settles IS NOT NULL ORDER BY id DESC LIMIT 1) AS settles,
               r.status, r.media_type, r.sealed
        FROM (SELECT run, id, at, fingerprint FROM audit.keys
              WHERE win IN ($1::integer, $2::integer) AND space = 1 AND key = $3::bytea
              ORDER BY run DESC, win DESC LIMIT 1) AS k
        LEFT JOIN LATERAL (SELECT outcome, retryable FROM audit.calls WHERE at = k.at AND id = k.id
                           ORDER BY source DESC LIMIT 1) AS c ON true
        LEFT JOIN audit.replies AS r ON r.at = k.at AND r.id = k.id
        """
}

extension IdempotencyRecord {
    fileprivate init?(_ row: Row) {
        guard let run = row["run"].integer, let id = row["id"].text.flatMap({ CallID($0) }) else { return nil }
        var reply: SealedReply?
        if let sealed = row["sealed"].bytes, let status = row["status"].integer {
            reply = SealedReply(status: Int(status), mediaType: row["media_type"].text ?? "", sealed: sealed)
        }
        self.init(
            run: Int(run), id: id, isSame: row["is_same"].bool ?? false,
            outcome: row["outcome"].text.map { Outcome(rawValue: $0) ?? .unknown },
            retryable: row["retryable"].bool, settled: row["settles"].text.flatMap { Note.Settlement(rawValue: $0) },
            reply: reply)
    }
}

public import Postgres
import TOP

/// What happened to a call and when, as far as its rows tell.
public struct CallTimeline: Sendable {
    /// Who made the call; nil once the intent is not kept any longer.
    public let replica: String?
    /// RFC 3339: after it the replica is taken for gone. Nil once the intent is not kept any longer.
    public let deadline: String?
    /// RFC 3339: when the call's end was known; nil while it is open.
    public let finishedAt: String?
    /// Whether the reconciler closed the call because its replica left no result.
    public let isReconciled: Bool
    /// Microseconds that the call waited for its intent's commit, before anything was sent.
    public let intentMicroseconds: Int?
    /// Microseconds that TOP took.
    public let topMicroseconds: Int?
    /// Microseconds in all.
    public let durationMicroseconds: Int?

    init(_ row: Row) {
        replica = row["replica"].text
        deadline = row["deadline"].text
        finishedAt = row["finished"].text
        isReconciled = row["source"].integer == 0
        intentMicroseconds = row["audit_us"].integer.map { Int($0) }
        topMicroseconds = row["top_us"].integer.map { Int($0) }
        durationMicroseconds = row["duration_us"].integer.map { Int($0) }
    }

}

extension TrailReader {
    /// The timeline of a call; nil once its day is gone.
    public func timeline(of call: TrailRow) async throws(PostgresError) -> CallTimeline? {
        try await timeline(of: call.id)
    }

    func timeline(of id: CallID) async throws(PostgresError) -> CallTimeline? {
        let form = #"'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"#
        let sql = """
            SELECT replica, to_char(deadline AT TIME ZONE 'UTC', \(form)) AS deadline, source, audit_us, top_us, duration_us, \
            to_char(finished_at AT TIME ZONE 'UTC', \(form)) AS finished \
            FROM (SELECT replica, deadline FROM audit.intents WHERE at = $1::timestamptz AND id = $2::uuid) AS i \
            FULL JOIN (SELECT source, audit_us, top_us, duration_us, finished_at FROM audit.calls \
            WHERE at = $1::timestamptz AND id = $2::uuid ORDER BY source DESC LIMIT 1) AS c ON true
            """
        return try await query(sql, Self.parameters(id)).first.map { CallTimeline($0) }
    }
}

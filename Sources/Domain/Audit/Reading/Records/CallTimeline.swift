package import Postgres
import TOP

/// What happened to a call and when.
package struct CallTimeline: Sendable {
    /// The replica that made the call; nil if retention has dropped the intent.
    package let replica: String?
    /// The instant after which the replica counts as lost, in RFC 3339. Nil if retention has dropped the intent.
    package let deadline: String?
    /// When the call ended, in RFC 3339; nil while it is open.
    package let finishedAt: String?
    /// Whether the reconciler closed the call because its replica left no result.
    package let isReconciled: Bool
    /// How long the call waited for the commit of its intent, before anything was sent, in microseconds.
    package let intentMicroseconds: Int?
    /// How long TOP took, in microseconds.
    package let topMicroseconds: Int?
    /// The duration of the call in microseconds.
    package let durationMicroseconds: Int?

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
    /// The timeline of a call; nil if retention has dropped the call.
    package func timeline(of call: CallSummary) async throws(PostgresError) -> CallTimeline? {
        try await timeline(of: call.id)
    }

    func timeline(of id: CallID) async throws(PostgresError) -> CallTimeline? {
        let sql = """
            SELECT replica, \(WhereBuilder.rfc3339("deadline")) AS deadline, source, audit_us, top_us, duration_us, \
            \(WhereBuilder.rfc3339("finished_at")) AS finished \
            FROM (SELECT replica, deadline FROM audit.intents WHERE at = $1::timestamptz AND id = $2::uuid) AS i \
            FULL JOIN (SELECT source, audit_us, top_us, duration_us, finished_at FROM audit.calls \
            WHERE at = $1::timestamptz AND id = $2::uuid ORDER BY source DESC LIMIT 1) AS c ON true
            """
        return try await query(sql, Self.parameters(id)).first.map { CallTimeline($0) }
    }
}

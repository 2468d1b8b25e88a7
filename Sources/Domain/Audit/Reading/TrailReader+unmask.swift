package import Postgres

/// What the trail keeps of the full request of a call.
package enum FullRequest: Sendable, Equatable {
    /// The sealed bytes. The unmask event is committed.
    case sealed([UInt8])
    /// The request was larger than the limit of what is kept. The value is its size in bytes.
    case tooLarge(Int)
    /// Retention has dropped the partition of the call's day.
    case gone
    /// The partition of the day exists, but it does not have the request. Requests were perhaps not kept at that time.
    case absent
}

extension TrailReader {
    /// Reads the sealed request of a call and records the unmask event, also among the events of administration. All
    /// happens in one statement, so that nothing happens without the rest.
    /// - Parameter origin: the client's address, or the host of the command line.
    package func unmask(
        _ call: CallSummary, by opener: String, from origin: String, because reason: String
    ) async throws(PostgresError) -> FullRequest {
        try await unmask(call.id, by: opener, from: origin, because: reason)
    }

    func unmask(
        _ id: CallID, by opener: String, from origin: String = "", because reason: String
    ) async throws(PostgresError) -> FullRequest {
        let rows = try await query(
            """
            WITH found AS (SELECT sealed, bytes FROM audit.sealed WHERE at = $1::timestamptz AND id = $2::uuid),
                 opened AS (INSERT INTO audit.openings (call, opener, reason)
                            SELECT $2::uuid, $3, $4 FROM found WHERE sealed IS NOT NULL RETURNING call),
                 noted AS (INSERT INTO vault.events (actor, origin, action, object, detail)
                           SELECT $3, $5, 'call.unmask', call::text, jsonb_build_object('reason', $4::text) FROM opened)
            SELECT sealed, bytes,
                   to_regclass('audit.sealed_' || to_char(audit.day($1::timestamptz), 'YYYYMMDD')) IS NOT NULL AS has_day,
                   (SELECT count(*) FROM opened) AS openings
            FROM (SELECT) AS one LEFT JOIN found ON true
            """, Self.parameters(id) + [.text(opener), .text(reason), .text(origin)])
        guard let row = rows.first else { return .gone }
        if let sealed = row["sealed"].bytes, row["openings"].integer == 1 { return .sealed(sealed) }
        if let bytes = row["bytes"].integer { return .tooLarge(Int(bytes)) }
        return row["has_day"].bool == true ? .absent : .gone
    }

    /// Who has unmasked the full request of a call, oldest first. At most 1,000 events.
    package func unmaskEvents(of call: CallSummary) async throws(PostgresError) -> [UnmaskEvent] {
        try await unmaskEvents(of: call.id)
    }

    func unmaskEvents(of id: CallID) async throws(PostgresError) -> [UnmaskEvent] {
        try await query(
            "SELECT \(UnmaskEvent.columns) FROM audit.openings WHERE call = $1::uuid ORDER BY id LIMIT 1000",
            [.text(id.text)]
        ).map { UnmaskEvent($0) }
    }
}

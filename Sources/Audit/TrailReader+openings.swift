public import Postgres

/// What is kept of the full request of a call.
public enum FullRequest: Sendable, Equatable {
    /// Sealed; the opening is on record.
    case sealed([UInt8])
    /// The request was larger than what is kept: so many bytes.
    case tooLarge(Int)
    /// Its day is gone.
    case gone
    /// Its day is there, and it is not among what is kept: what the setting was at the time is not known.
    case absent
}

extension TrailReader {
    /// The sealed request of a call, once the opening is recorded: both are one statement, so that neither happens
    /// without the other.
    public func open(
        _ call: TrailRow, by opener: String, because reason: String
    ) async throws(PostgresError) -> FullRequest {
        try await open(call.id, by: opener, because: reason)
    }

    func open(_ id: CallID, by opener: String, because reason: String) async throws(PostgresError) -> FullRequest {
        let rows = try await query(
            """
            WITH found AS (SELECT sealed, bytes FROM audit.sealed WHERE at = $1::timestamptz AND id = $2::uuid),
                 opened AS (INSERT INTO audit.openings (call, opener, reason)
                            SELECT $2::uuid, $3, $4 FROM found WHERE sealed IS NOT NULL RETURNING call)
            SELECT sealed, bytes,
                   to_regclass('audit.sealed_' || to_char(audit.day($1::timestamptz), 'YYYYMMDD')) IS NOT NULL AS has_day,
                   (SELECT count(*) FROM opened) AS openings
            FROM (SELECT) AS one LEFT JOIN found ON true
            """, Self.parameters(id) + [.text(opener), .text(reason)])
        guard let row = rows.first else { return .gone }
        if let sealed = row["sealed"].bytes, row["openings"].integer == 1 { return .sealed(sealed) }
        if let bytes = row["bytes"].integer { return .tooLarge(Int(bytes)) }
        return row["has_day"].bool == true ? .absent : .gone
    }

    /// Who has opened the full request of a call, the first one first.
    public func openings(of call: TrailRow) async throws(PostgresError) -> [Opening] {
        try await openings(of: call.id)
    }

    func openings(of id: CallID) async throws(PostgresError) -> [Opening] {
        try await query(
            "SELECT \(Opening.columns) FROM audit.openings WHERE call = $1::uuid ORDER BY id LIMIT 1000",
            [.text(id.text)]
        ).map { Opening($0) }
    }
}

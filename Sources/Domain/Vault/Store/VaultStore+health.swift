import JSON
import Postgres

extension VaultStore {
    /// The health of sessions, ordered by app and seller.
    /// - Parameters:
    ///   - expiringWithin: only sessions whose key ends within this many milliseconds or has ended, and those that need
    ///     a new authorisation.
    ///   - app: only sessions of this app.
    package func sessionHealth(
        expiringWithin: Int64? = nil, app: String? = nil
    ) async throws(VaultError) -> [SessionHealth] {
        if let app { try VaultInput.name(app, field: "app name") }
        let rows = try await query(
            """
            SELECT \(SessionHealth.columns)
            FROM vault.sessions AS s LEFT JOIN vault.session_uses AS u USING (app, seller)
            WHERE ($1::bigint IS NULL OR \(SessionHealth.ending(within: "$1"))) AND ($2::text IS NULL OR s.app = $2)
            ORDER BY s.app, s.seller LIMIT $3
            """, [expiringWithin.map { .integer($0) } ?? .null, .optional(app), .integer(Int64(rowLimit))])
        return rows.map(SessionHealth.init)
    }

    /// Stores when sessions were last accepted and refused. Sessions that are gone are left out. Replicas do not load
    /// this table, so they do not load the vault again.
    package func recordUses(_ uses: [SessionName: SessionUse.Noted]) async throws(VaultError) {
        guard !uses.isEmpty else { return }
        var json = JSONWriter(capacity: 128 * uses.count)
        json.beginArray()
        for (name, use) in uses {
            json.beginObject()
            json.text("app", name.app)
            json.text("seller", name.seller)
            json.text("success", use.successAt.map { "\($0)" })
            json.text("refusal", use.refusalAt.map { "\($0)" })
            json.text("code", use.refusalAt == nil ? nil : use.refusal)
            json.endObject()
        }
        json.endArray()
        _ = try await query(
            """
            INSERT INTO vault.session_uses AS u (app, seller, last_success_at, last_refusal_at, last_refusal)
            SELECT g.app, g.seller, to_timestamp(g.success / 1000.0), to_timestamp(g.refusal / 1000.0), g.code
            FROM json_to_recordset($1::json) AS g(app text, seller text, success bigint, refusal bigint, code text)
            WHERE EXISTS (SELECT FROM vault.sessions AS s WHERE s.app = g.app AND s.seller = g.seller)
            ORDER BY g.app COLLATE "C", g.seller COLLATE "C"
            ON CONFLICT (app, seller) DO UPDATE SET
                last_success_at = greatest(u.last_success_at, excluded.last_success_at),
                last_refusal = CASE WHEN excluded.last_refusal_at >= coalesce(u.last_refusal_at, '-infinity')
                    THEN excluded.last_refusal ELSE u.last_refusal END,
                last_refusal_at = greatest(u.last_refusal_at, excluded.last_refusal_at)
            """, [.text(String(decoding: json.bytes, as: UTF8.self))])
    }
}

extension JSONWriter {
    fileprivate mutating func text(_ name: String, _ value: String?) {
        guard let value else { return }
        self.name(name)
        string(value)
    }
}

extension SessionHealth {
    /// The columns that ``init(_:)`` reads first, of `vault.sessions AS s` and `vault.session_uses AS u`.
    static let columns = """
        s.app, s.seller, \(VaultReader.milliseconds("s.expires_at")), (extract(epoch FROM s.issued_at) * 1000)::bigint,
        s.refresh_sealed IS NOT NULL, \(VaultReader.milliseconds("s.refresh_expires_at")), s.needs_authorisation,
        \(VaultReader.milliseconds("s.refresh_after")), s.refresh_failures, s.refresh_error, s.taobao_user_id,
        s.taobao_user_nick, (extract(epoch FROM u.last_success_at) * 1000)::bigint,
        (extract(epoch FROM u.last_refusal_at) * 1000)::bigint, u.last_refusal,
        (extract(epoch FROM now()) * 1000)::bigint
        """
    /// The number of ``columns``.
    static let columnCount = 16

    /// The condition of sessions that somebody must look at within a time.
    /// - Parameter milliseconds: the SQL parameter with the time.
    static func ending(within milliseconds: String) -> String {
        "(s.needs_authorisation OR s.expires_at <= now() + \(milliseconds)::bigint * interval '1 millisecond')"
    }

    init(_ row: Row) {
        let needsAuthorisation = row[6].bool ?? false
        let refreshEnd = row[5].integer
        let now = row[15].integer ?? 0
        name = SessionName(app: row[0].text ?? "", seller: row[1].text ?? "")
        expiresAt = row[2].integer
        issuedAt = row[3].integer ?? 0
        isRefreshable = SessionRenewal(
            hasToken: row[4].bool ?? false, endsAt: refreshEnd, needsAuthorisation: needsAuthorisation
        ).isPossible(at: now)
        refreshExpiresAt = refreshEnd
        refreshAfter = isRefreshable ? row[7].integer : nil
        refreshFailures = Int(row[8].integer ?? 0)
        refreshError = row[9].text
        userID = row[10].text
        userNick = row[11].text
        lastSuccessAt = row[12].integer
        lastRefusalAt = row[13].integer
        lastRefusal = row[14].text
        state = needsAuthorisation ? .needsAuthorisation : Self.state(expiresAt: row[2].integer, now: now)
    }
}

import JSON
import Postgres

extension VaultStore {
    /// The channel of bans. The payload is JSON: see ``BanNotice``.
    static let banChannel = "toprelay_bans"

    /// Records a ban, and tells all replicas. A ban that ends earlier than the recorded one changes nothing.
    package func recordBan(_ ban: VaultBan) async throws(VaultError) {
        _ = try await query(
            """
            WITH gone AS (DELETE FROM vault.bans WHERE ends_at < now() - interval '1 day'),
            put AS (
                INSERT INTO vault.bans AS b (app, method, ends_at, code)
                VALUES ($1, coalesce($2, ''), to_timestamp($3::bigint / 1000.0), $4)
                ON CONFLICT (app, method) DO UPDATE
                SET ends_at = excluded.ends_at, made_at = now(), code = excluded.code
                WHERE b.ends_at < excluded.ends_at
                RETURNING made_at),
            noted AS (
                INSERT INTO vault.events (actor, origin, action, object, detail)
                SELECT coalesce($5::text, session_user), $6::text, 'ban.put', $1::text,
                       jsonb_strip_nulls(jsonb_build_object('method', $2::text, 'code', $4::text)) FROM put)
            SELECT pg_notify('\(Self.banChannel)', json_strip_nulls(json_build_object(
                'app', $1::text, 'method', $2::text, 'code', $4::text, 'ends_at', $3::bigint,
                'made_at', (extract(epoch FROM made_at) * 1000)::bigint))::text) FROM put
            """,
            [
                .text(ban.app), .optional(ban.method), .integer(ban.endsAt), .optional(ban.code),
                .optional(author.actor), .text(author.origin),
            ])
    }

    /// The bans in force, ordered by app and method, without a method first.
    /// - Parameters:
    ///   - app: only bans of this app.
    ///   - method: only bans of this method.
    ///   - place: the app and the method of the ban before the page. The method of a whole app is empty.
    package func listBans(
        app: String? = nil, method: String? = nil, after place: (app: String, method: String)? = nil,
        limit: Int = VaultReader.rowLimit
    ) async throws(VaultError) -> [VaultBan] {
        try await query(
            """
            SELECT app, nullif(method, ''), (extract(epoch FROM ends_at) * 1000)::bigint,
                   (extract(epoch FROM made_at) * 1000)::bigint, code
            FROM vault.bans WHERE ends_at > now() AND ($1::text IS NULL OR app = $1)
              AND ($2::text IS NULL OR method = $2) AND ($3::text IS NULL OR (app, method) > ($3, $4))
            ORDER BY app, method LIMIT $5
            """,
            [
                .optional(app), .optional(method), .optional(place?.app), .optional(place?.method),
                .integer(Int64(limit)),
            ]
        ).map { row in
            VaultBan(
                app: row[0].text ?? "", method: row[1].text, endsAt: row[2].integer ?? 0,
                madeAt: row[3].integer ?? 0, code: row[4].text)
        }
    }

    /// Lifts bans in every replica.
    /// - Parameter method: the banned method; nil for every ban of the app.
    /// - Returns: how many bans were lifted.
    /// - Throws: `.notFound` if there is no such ban.
    @discardableResult
    package func liftBans(app: String, method: String?) async throws(VaultError) -> Int {
        try VaultInput.name(app, field: "app name")
        return try await connection.transaction(.standard, timeout: timeout) { () async throws(VaultError) in
            let rows = try await query(
                "DELETE FROM vault.bans WHERE app = $1 AND ($2::text IS NULL OR method = $2) RETURNING ends_at > now()",
                [.text(app), .optional(method)])
            let count = rows.count { $0[0].bool == true }
            guard count > 0 else {
                throw .notFound("ban of the app \"\(app)\"" + (method.map { " for the method \"\($0)\"" } ?? ""))
            }
            try await record("ban.lift", app) { json in
                if let method {
                    json.name("method")
                    json.string(method)
                }
            }
            _ = try await query(
                "SELECT pg_notify('\(Self.banChannel)', $1)", [.text(BanNotice.lifting(app: app, method: method))])
            return count
        }
    }
}

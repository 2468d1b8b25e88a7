import Postgres
import TOP

extension VaultStore {
    /// Creates an app, or replaces the app with this name. The first app becomes the default app; `makesDefault`
    /// changes the default.
    /// - Returns: whether the app is new, and whether it is the default app now.
    @discardableResult
    package func putApp(_ app: AppInput) async throws(VaultError) -> (isNew: Bool, isDefault: Bool) {
        try app.check()
        return try await change { () async throws(VaultError) in
            let sealed = try await seal(app.secret, for: .appSecret(app.name))
            if app.makesDefault {
                _ = try await query(
                    "UPDATE vault.apps SET is_default = false WHERE is_default AND name <> $1", [.text(app.name)])
            }
            let rows = try await query(
                """
                INSERT INTO vault.apps AS a
                    (name, app_key, secret_sealed, gateway_url, sign_method, allow_http, methods,
                     kind, target_app_key, customer_id, constants, is_default)
                VALUES ($1, $2, $3, $4, $5, $6, string_to_array($7, ' '), $8, $9, $10, $11::jsonb,
                        $12 OR NOT EXISTS (SELECT FROM vault.apps))
                ON CONFLICT (name) DO UPDATE SET
                    app_key = excluded.app_key, secret_sealed = excluded.secret_sealed,
                    gateway_url = excluded.gateway_url, sign_method = excluded.sign_method,
                    allow_http = excluded.allow_http, methods = excluded.methods,
                    kind = excluded.kind, target_app_key = excluded.target_app_key,
                    customer_id = excluded.customer_id, constants = excluded.constants,
                    is_default = a.is_default OR excluded.is_default, updated_at = now()
                RETURNING xmax = 0, is_default
                """,
                [
                    .text(app.name), .text(app.appKey), .bytes(sealed), app.gatewayURL.map { .text($0) } ?? .null,
                    .text(app.signMethod), .bool(app.allowsHTTP), .text(app.methods.joined(separator: " ")),
                    .text(app.addressing.kind.rawValue), .optional(app.addressing.targetAppKey),
                    .optional(app.addressing.customerID), .text(app.addressing.constantsJSON),
                    .bool(app.makesDefault),
                ])
            try await put(app.auth, of: app.name)
            try await putProxy(app.proxy, of: app.name)
            try await checkRoom(in: "vault.apps")
            return (rows.first?[0].bool ?? false, rows.first?[1].bool ?? false)
        }
    }

    /// Within a change, stores how an app gets session keys.
    private func put(_ auth: AppAuthInput, of app: String) async throws(VaultError) {
        guard !auth.isEmpty else { return }
        _ = try await query(
            """
            UPDATE vault.apps SET auth = coalesce($2, auth), oauth_authorize_url = coalesce($3, oauth_authorize_url),
                   oauth_token_url = coalesce($4, oauth_token_url) WHERE name = $1
            """,
            [.text(app), .optional(auth.exchange?.rawValue), .optional(auth.authorizeURL), .optional(auth.tokenURL)])
    }

    /// Removes the app with this name and its sessions.
    /// - Returns: the number of removed sessions.
    @discardableResult
    package func removeApp(_ name: String) async throws(VaultError) -> Int {
        try VaultInput.name(name, field: "app name")
        return try await change { () async throws(VaultError) in
            let sessions = try await query("DELETE FROM vault.sessions WHERE app = $1", [.text(name)])
            let apps = try await query("DELETE FROM vault.apps WHERE name = $1", [.text(name)])
            guard apps.affected == 1 else { throw .notFound("app \"\(name)\"") }
            return sessions.affected
        }
    }

    /// All apps, ordered by name.
    package func listApps() async throws(VaultError) -> [AppRecord] {
        let rows = try await query(
            """
            SELECT name, app_key, gateway_url, sign_method, allow_http, is_default, array_to_string(methods, ' '),
                   (SELECT count(*) FROM vault.sessions WHERE app = a.name),
                   (extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM updated_at) * 1000)::bigint,
                   kind, proxy_url
            FROM vault.apps AS a ORDER BY name
            """)
        return rows.map { row in
            AppRecord(
                name: row[0].text ?? "", appKey: row[1].text ?? "", gatewayURL: row[2].text,
                signMethod: row[3].text ?? "", allowsHTTP: row[4].bool ?? false, isDefault: row[5].bool ?? false,
                methods: row[6].words, sessions: Int(row[7].integer ?? 0), createdAt: row[8].integer ?? 0,
                updatedAt: row[9].integer ?? 0, kind: row[10].text ?? "", proxyURL: row[11].text)
        }
    }
}

/// An app in a list, without its secret. Times are in milliseconds since 1970.
package struct AppRecord: Sendable, Equatable {
    /// The app's name.
    package let name: String
    /// TOP's `app_key`.
    package let appKey: String
    /// The gateway of this app. Nil means the service's gateway.
    package let gatewayURL: String?
    /// TOP's `sign_method`.
    package let signMethod: String
    /// Whether plain http is allowed for any gateway.
    package let allowsHTTP: Bool
    /// Whether it is the default app.
    package let isDefault: Bool
    /// The methods bound to it.
    package let methods: [String]
    /// The number of its sessions.
    package let sessions: Int
    /// When it was created.
    package let createdAt: Int64
    /// When it was last changed.
    package let updatedAt: Int64
    /// `top` or `qimen-cloud`.
    package let kind: String
    /// The proxy without its password; nil for none.
    package let proxyURL: String?
}

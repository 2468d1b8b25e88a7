import JSON
import Postgres
import TOP

extension VaultStore {
    /// Creates an app, or changes the app with this name. The first app becomes the default app; `makesDefault` changes
    /// the default.
    /// - Parameter condition: what must hold of the stored app.
    /// - Returns: whether the app is new, and whether it is the default app now.
    @discardableResult
    package func putApp(
        _ patch: AppInput, if condition: VaultCondition = .none
    ) async throws(VaultError) -> (isNew: Bool, isDefault: Bool) {
        try VaultInput.name(patch.name, field: "app name")
        if let secret = patch.secret { try VaultInput.appSecret(secret) }
        return try await change { () async throws(VaultError) in
            let (stored, version) = try await storedApp(patch.name)
            try condition.check(version)
            let app = try StoredApp(patch, of: stored)
            let sealed: [UInt8]?
            if let secret = patch.secret {
                sealed = try await seal(secret, for: .appSecret(patch.name))
            } else {
                sealed = nil
            }
            let isDefault = try await write(app, patch.name, sealed: sealed)
            try await put(patch.auth, of: patch.name)
            try await putProxy(patch.proxy, of: patch.name)
            if stored == nil { try await checkRoom(in: "vault.apps") }
            try await record("app.put", patch.name) {
                $0.change(isNew: stored == nil, given: patch.givenMembers)
            }
            return (stored == nil, isDefault)
        }
    }

    private func storedApp(_ name: String) async throws(VaultError) -> (app: StoredApp?, version: String?) {
        let rows = try await query(
            """
            SELECT app_key, gateway_url, sign_method, allow_http, is_default, array_to_string(methods, ' '), kind,
                   target_app_key, customer_id, constants::text, \(Self.version("a"))
            FROM vault.apps AS a WHERE name = $1
            """, [.text(name)])
        guard let row = rows.first else { return (nil, nil) }
        guard let kind = row[6].text.flatMap(AppKind.init),
            let constants = row[9].text.flatMap(AppAddressing.constants)
        else { throw .unexpected(row: "vault.apps/\(name)", column: "kind or constants") }
        var app = StoredApp(appKey: row[0].text ?? "")
        app.gatewayURL = row[1].text
        app.signMethod = row[2].text ?? app.signMethod
        app.allowsHTTP = row[3].bool ?? false
        app.isDefault = row[4].bool ?? false
        app.methods = row[5].words
        app.addressing = AppAddressing(
            kind: kind, targetAppKey: row[7].text, customerID: row[8].text, constants: constants)
        return (app, row[10].text)
    }

    /// Writes a whole row. Without a sealed secret the stored one stays.
    /// - Returns: whether it is the default app now.
    private func write(_ app: StoredApp, _ name: String, sealed: [UInt8]?) async throws(VaultError) -> Bool {
        if app.isDefault {
            _ = try await query(
                "UPDATE vault.apps SET is_default = false WHERE is_default AND name <> $1", [.text(name)])
        }
        let rows = try await query(
            """
            INSERT INTO vault.apps
                (name, app_key, secret_sealed, gateway_url, sign_method, allow_http, methods,
                 kind, target_app_key, customer_id, constants, is_default)
            VALUES ($1, $2, coalesce($3, (SELECT secret_sealed FROM vault.apps WHERE name = $1)), $4, $5, $6,
                    string_to_array($7, ' '), $8, $9, $10, $11::jsonb, $12 OR NOT EXISTS (SELECT FROM vault.apps))
            ON CONFLICT (name) DO UPDATE SET
                app_key = excluded.app_key, secret_sealed = excluded.secret_sealed,
                gateway_url = excluded.gateway_url, sign_method = excluded.sign_method,
                allow_http = excluded.allow_http, methods = excluded.methods,
                kind = excluded.kind, target_app_key = excluded.target_app_key,
                customer_id = excluded.customer_id, constants = excluded.constants,
                is_default = excluded.is_default, updated_at = now()
            RETURNING is_default
            """,
            [
                .text(name), .text(app.appKey), sealed.map { .bytes($0) } ?? .null, .optional(app.gatewayURL),
                .text(app.signMethod), .bool(app.allowsHTTP), .text(app.methods.joined(separator: " ")),
                .text(app.addressing.kind.rawValue), .optional(app.addressing.targetAppKey),
                .optional(app.addressing.customerID), .text(app.addressing.constantsJSON), .bool(app.isDefault),
            ])
        return rows.first?[0].bool ?? false
    }

    /// Pauses the calls of an app, or resumes them.
    /// - Parameter glob: a method or a pattern of methods; nil for the whole app. To resume the whole app also removes
    ///   every pattern.
    package func pauseApp(
        _ name: String, method glob: String?, isPaused: Bool, if condition: VaultCondition = .none
    ) async throws(VaultError) {
        try VaultInput.name(name, field: "app name")
        if let glob { try VaultInput.globs([glob]) }
        try await change { () async throws(VaultError) in
            let (app, version) = try await storedApp(name)
            guard app != nil else { throw .notFound("app \"\(name)\"") }
            try condition.check(version)
            let setting =
                switch (glob, isPaused) {
                case (nil, true): "is_paused = $2::text IS NULL"
                case (nil, false): "is_paused = $2::text IS NOT NULL, paused_methods = '{}'"
                case (_, true): "paused_methods = array_append(array_remove(paused_methods, $2), $2)"
                case (_, false): "paused_methods = array_remove(paused_methods, $2)"
                }
            let rows = try await query(
                """
                UPDATE vault.apps SET \(setting), updated_at = now() WHERE name = $1
                RETURNING cardinality(paused_methods)
                """, [.text(name), .optional(glob)])
            try await record(isPaused ? "app.pause" : "app.resume", name) { json in
                if let glob {
                    json.name("method")
                    json.string(glob)
                }
            }
            guard rows.first?[0].integer ?? 0 <= VaultInput.maximumListLength else {
                throw .invalid(field: "methods", expectation: "must be at most \(VaultInput.maximumListLength)")
            }
        }
    }

    /// Within a change, stores how an app gets session keys.
    private func put(_ auth: AppAuthInput, of app: String) async throws(VaultError) {
        guard !auth.isEmpty else { return }
        _ = try await query(
            """
            UPDATE vault.apps SET auth = coalesce($2, auth),
                   oauth_authorize_url = CASE WHEN $3 THEN $4 ELSE oauth_authorize_url END,
                   oauth_token_url = CASE WHEN $5 THEN $6 ELSE oauth_token_url END WHERE name = $1
            """,
            [
                .text(app), .optional(auth.exchange?.rawValue), .bool(auth.authorizeURL.isGiven),
                .optional(auth.authorizeURL.applied(to: nil)), .bool(auth.tokenURL.isGiven),
                .optional(auth.tokenURL.applied(to: nil)),
            ])
    }

    /// Removes the app with this name and its sessions.
    /// - Returns: the number of removed sessions.
    @discardableResult
    package func removeApp(_ name: String, if condition: VaultCondition = .none) async throws(VaultError) -> Int {
        try VaultInput.name(name, field: "app name")
        return try await change { () async throws(VaultError) in
            let (app, version) = try await storedApp(name)
            guard app != nil else { throw .notFound("app \"\(name)\"") }
            try condition.check(version)
            let sessions = try await query("DELETE FROM vault.sessions WHERE app = $1", [.text(name)])
            _ = try await query("DELETE FROM vault.apps WHERE name = $1", [.text(name)])
            try await record("app.remove", name) { json in
                json.name("sessions")
                json.integer(sessions.affected)
            }
            return sessions.affected
        }
    }

    /// The app with this name.
    package func app(named name: String) async throws(VaultError) -> AppRecord {
        try VaultInput.name(name, field: "app name")
        guard let app = try await apps(where: "a.name = $1", [.text(name)]).first else {
            throw .notFound("app \"\(name)\"")
        }
        return app
    }

    /// All apps, ordered by name.
    package func listApps() async throws(VaultError) -> [AppRecord] { try await apps(where: "true", []) }

    /// Apps after a name, ordered by name: at most `limit`.
    package func listApps(after name: String?, limit: Int) async throws(VaultError) -> [AppRecord] {
        try await apps(
            where: "$1::text IS NULL OR a.name > $1", [.optional(name), .integer(Int64(limit))], "LIMIT $2")
    }

    private func apps(
        where condition: String, _ parameters: [SQLValue], _ end: String = ""
    ) async throws(VaultError) -> [AppRecord] {
        let rows = try await query(
            """
            SELECT name, app_key, gateway_url, sign_method, allow_http, is_default, array_to_string(methods, ' '),
                   (SELECT count(*) FROM vault.sessions WHERE app = a.name),
                   (extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM updated_at) * 1000)::bigint,
                   kind, target_app_key, customer_id, constants::text, is_paused, array_to_string(paused_methods, ' '),
                   \(Self.version("a")), \(Self.author(of: "a.name", kind: "app")), secret_sealed, auth,
                   oauth_authorize_url, oauth_token_url, proxy_url, proxy_password_sealed
            FROM vault.apps AS a WHERE \(condition) ORDER BY name \(end)
            """, parameters)
        let prints = rows.isEmpty ? nil : try await secretPrints()
        return rows.map { AppRecord($0, prints: prints) }
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
    /// The app_key of the provider whose app serves the calls.
    package let targetAppKey: String?
    /// The Qimen cloud's id of the customer.
    package let customerID: String?
    /// The parameters that go with each call.
    package let constants: [AppAddressing.Constant]
    /// Where authorisation codes and refresh tokens are exchanged: `oauth` or `top`.
    package let auth: String
    /// The page on which sellers authorise the app; nil for TOP's.
    package let authorizeURL: String?
    /// The address for codes and refresh tokens; nil for TOP's.
    package let tokenURL: String?
    /// The proxy without its password; nil for none.
    package let proxyURL: String?
    /// The fingerprint of the proxy's password; nil if there is none, or it does not open.
    package let proxyPasswordFingerprint: String?
    /// Whether every call of the app is paused.
    package let isPaused: Bool
    /// The methods whose calls are paused.
    package let pausedMethods: [String]
    /// The version of the row. It changes with every change.
    package let version: String
    /// Who changed the app last; nil if that is not recorded.
    package let author: String?
    /// The fingerprint of the secret; nil if the secret does not open.
    package let fingerprint: String?

    init(_ row: Row, prints: SecretPrints?) {
        name = row[0].text ?? ""
        appKey = row[1].text ?? ""
        gatewayURL = row[2].text
        signMethod = row[3].text ?? ""
        allowsHTTP = row[4].bool ?? false
        isDefault = row[5].bool ?? false
        methods = row[6].words
        sessions = Int(row[7].integer ?? 0)
        createdAt = row[8].integer ?? 0
        updatedAt = row[9].integer ?? 0
        kind = row[10].text ?? ""
        targetAppKey = row[11].text
        customerID = row[12].text
        constants = row[13].text.flatMap(AppAddressing.constants) ?? []
        isPaused = row[14].bool ?? false
        pausedMethods = row[15].words
        version = row[16].text ?? ""
        author = row[17].text
        fingerprint = prints?.fingerprint(of: row[18].bytes, at: .appSecret(row[0].text ?? ""))
        auth = row[19].text ?? ""
        authorizeURL = row[20].text
        tokenURL = row[21].text
        proxyURL = row[22].text
        proxyPasswordFingerprint = prints?.fingerprint(of: row[23].bytes, at: .proxyPassword(row[0].text ?? ""))
    }
}

public import Crypto
import Postgres

extension VaultStore {
    /// Makes a token.
    ///
    /// Its apps need not exist yet. `expiresAt` is in milliseconds since 1970.
    /// - Returns: the token's text (`trk_…`), which is kept nowhere and cannot be had again.
    public func createToken(
        name: String, scopes: Set<Scope>, apps: [String] = [], methods: [String] = [], expiresAt: Int64? = nil
    ) async throws(VaultError) -> Secret {
        try VaultInput.name(name, field: "token name")
        guard !scopes.isEmpty else {
            throw .invalid(
                field: "scope", expectation: "at least one of \(Scope.list) is expected")
        }
        try VaultInput.appNames(apps)
        try VaultInput.globs(methods)
        try VaultInput.time(expiresAt, field: "expiry")
        let made = try NewToken()
        return try await change { () async throws(VaultError) in
            let rows = try await query(
                """
                INSERT INTO vault.tokens (id, name, hash, scopes, apps, methods, expires_at)
                VALUES ($1, $2, $3, string_to_array($4, ' '), string_to_array($5, ' '), string_to_array($6, ' '),
                        to_timestamp($7::bigint / 1000.0))
                ON CONFLICT (name) DO NOTHING
                """,
                [
                    .text(made.id), .text(name), .bytes(made.hash),
                    .text(scopes.map(\.rawValue).sorted().joined(separator: " ")),
                    .text(apps.joined(separator: " ")), .text(methods.joined(separator: " ")),
                    expiresAt.map { .integer($0) } ?? .null,
                ])
            guard rows.affected == 1 else { throw .taken(name) }
            try await checkRoom(in: "vault.tokens")
            return made.text
        }
    }

    /// Removes the token of exactly this name.
    public func removeToken(_ name: String) async throws(VaultError) {
        try VaultInput.name(name, field: "token name")
        try await change { () async throws(VaultError) in
            let rows = try await query("DELETE FROM vault.tokens WHERE name = $1", [.text(name)])
            guard rows.affected == 1 else { throw .notFound("token \"\(name)\"") }
        }
    }

    /// All tokens, by name.
    public func listTokens() async throws(VaultError) -> [TokenRecord] {
        let rows = try await query(
            """
            SELECT id, name, array_to_string(scopes, ' '), array_to_string(apps, ' '), array_to_string(methods, ' '),
                   (extract(epoch FROM created_at) * 1000)::bigint, \(VaultReader.expiry)
            FROM vault.tokens ORDER BY name
            """)
        return rows.map { row in
            TokenRecord(
                id: row[0].text ?? "", name: row[1].text ?? "",
                scopes: row[2].words.compactMap(Scope.init(rawValue:)), apps: row[3].words, methods: row[4].words,
                createdAt: row[5].integer ?? 0, expiresAt: row[6].integer)
        }
    }
}

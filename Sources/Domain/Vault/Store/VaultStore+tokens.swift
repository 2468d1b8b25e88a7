import Bytes
package import Crypto
import Postgres

extension VaultStore {
    /// Makes a token.
    ///
    /// Its apps may be created later. `expiresAt` is in milliseconds since 1970.
    /// - Returns: the token's text (`trk_…`). It is not stored and cannot be read again.
    package func createToken(
        name: String, scopes: Set<Scope>, apps: [String] = [], methods: [String] = [], expiresAt: Int64? = nil
    ) async throws(VaultError) -> Secret {
        try VaultInput.name(name, field: "token name")
        guard !scopes.isEmpty else {
            throw .invalid(
                field: "scope", expectation: "at least one of \(Scope.list) is expected")
        }
        guard !scopes.contains(.admin) || apps.isEmpty && methods.isEmpty else {
            throw .invalid(
                field: "scope", expectation: "a token with the scope admin takes no limits of apps or methods")
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

    /// Removes the token with this name.
    package func removeToken(_ name: String) async throws(VaultError) {
        try VaultInput.name(name, field: "token name")
        try await change { () async throws(VaultError) in
            let rows = try await query("DELETE FROM vault.tokens WHERE name = $1", [.text(name)])
            guard rows.affected == 1 else { throw .notFound("token \"\(name)\"") }
        }
    }

    /// All tokens, ordered by name.
    package func listTokens() async throws(VaultError) -> [TokenRecord] {
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

/// A caller's token in a list. Times are in milliseconds since 1970.
package struct TokenRecord: Sendable, Equatable {
    /// The public part of the token's text, by which it is found.
    package let id: String
    /// The caller's name.
    package let name: String
    /// What it allows.
    package let scopes: [Scope]
    /// The apps that it may use. An empty list means all.
    package let apps: [String]
    /// The methods that it may call, as patterns. An empty list means all.
    package let methods: [String]
    /// When it was made.
    package let createdAt: Int64
    /// When it expires. Nil means never.
    package let expiresAt: Int64?
}

/// A token that has just been made, before its text is forgotten.
struct NewToken {
    /// Random bytes of the secret part: more than anybody can guess.
    private static let secretLength = 32

    let id: String
    let hash: [UInt8]
    let text: Secret

    init() throws(VaultError) {
        do {
            let secret = Base64.urlSafe(SecureRandom.bytes(Self.secretLength))
            id = Hex.lower(SecureRandom.bytes(TokenText.idLength / 2))
            hash = try TokenText.hash(ofSecret: Array(secret.utf8)[...])
            text = Secret("\(TokenText.prefix)\(id)_\(secret)")
        } catch {
            throw .cryptography(error)
        }
    }
}

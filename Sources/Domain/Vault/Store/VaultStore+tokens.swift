import Bytes
package import Crypto
import JSON
import Postgres

extension VaultStore {
    /// Makes a token.
    /// - Returns: the token's text (`trk_…`). It is not stored and cannot be read again.
    package func createToken(_ token: TokenInput) async throws(VaultError) -> Secret {
        try token.check()
        let made = try NewToken()
        return try await change { () async throws(VaultError) in
            let rows = try await query(
                """
                INSERT INTO vault.tokens
                    (id, name, hash, scopes, apps, methods, sellers, rate, concurrency, callbacks, expires_at)
                VALUES ($1, $2, $3, string_to_array($4, ' '), string_to_array($5, ' '), string_to_array($6, ' '),
                        $7::text[], $8, $9, $10::text[], to_timestamp($11::bigint / 1000.0))
                ON CONFLICT (name) DO NOTHING
                """,
                [
                    .text(made.id), .text(token.name), .bytes(made.hash),
                    .text(token.scopes.map(\.rawValue).sorted().joined(separator: " ")),
                    .text(token.apps.joined(separator: " ")), .text(token.methods.joined(separator: " ")),
                    .array(token.sellers), token.rate.map { .integer(Int64($0)) } ?? .null,
                    token.concurrency.map { .integer(Int64($0)) } ?? .null, .array(token.callbacks),
                    token.expiresAt.map { .integer($0) } ?? .null,
                ])
            guard rows.affected == 1 else { throw .taken(token.name) }
            try await checkRoom(in: "vault.tokens")
            try await record("token.create", token.name) { json in
                json.name("scopes")
                json.beginArray()
                for scope in token.scopes.map(\.rawValue).sorted() { json.string(scope) }
                json.endArray()
            }
            return made.text
        }
    }

    /// Gives a token another secret. The secret before it stays valid for a time; an older one does not.
    /// - Parameter graceMilliseconds: how long the secret before it stays valid; 0 ends it now.
    /// - Returns: the token's new text.
    package func rotateToken(_ name: String, graceMilliseconds: Int64) async throws(VaultError) -> Secret {
        try VaultInput.name(name, field: "token name")
        guard (0...Self.maximumGrace).contains(graceMilliseconds) else {
            throw .invalid(field: "grace", expectation: "must be at most 30 days")
        }
        let made = try NewToken()
        return try await change { () async throws(VaultError) in
            let rows = try await query(
                """
                UPDATE vault.tokens SET
                    previous_id = CASE WHEN $4::bigint > 0 THEN id END, previous_hash = CASE WHEN $4::bigint > 0 THEN hash END,
                    previous_until = CASE WHEN $4::bigint > 0 THEN now() + $4::bigint * interval '1 millisecond' END,
                    id = $2, hash = $3, updated_at = now()
                WHERE name = $1
                """, [.text(name), .text(made.id), .bytes(made.hash), .integer(graceMilliseconds)])
            guard rows.affected == 1 else { throw .notFound("token \"\(name)\"") }
            try await record("token.rotate", name) { json in
                json.name("grace_seconds")
                json.integer(Int(graceMilliseconds / 1000))
            }
            return made.text
        }
    }

    private static let maximumGrace: Int64 = 30 * 86_400_000

    /// Removes the token with this name.
    package func removeToken(_ name: String, if condition: VaultCondition = .none) async throws(VaultError) {
        try VaultInput.name(name, field: "token name")
        try await change { () async throws(VaultError) in
            let version = try await query(
                "SELECT \(Self.version("t")) FROM vault.tokens AS t WHERE name = $1", [.text(name)]
            ).first?[0].text
            guard version != nil else { throw .notFound("token \"\(name)\"") }
            try condition.check(version)
            _ = try await query("DELETE FROM vault.tokens WHERE name = $1", [.text(name)])
            try await record("token.remove", name)
        }
    }

    /// The token with this name.
    package func token(named name: String) async throws(VaultError) -> TokenRecord {
        try VaultInput.name(name, field: "token name")
        guard let token = try await tokens(where: "t.name = $1", [.text(name)]).first else {
            throw .notFound("token \"\(name)\"")
        }
        return token
    }

    /// All tokens, ordered by name.
    package func listTokens() async throws(VaultError) -> [TokenRecord] { try await tokens(where: "true", []) }

    /// Tokens after a name, ordered by name: at most `limit`.
    package func listTokens(after name: String?, limit: Int) async throws(VaultError) -> [TokenRecord] {
        try await tokens(
            where: "$1::text IS NULL OR t.name > $1", [.optional(name), .integer(Int64(limit))], "LIMIT $2")
    }

    private func tokens(
        where condition: String, _ parameters: [SQLValue], _ end: String = ""
    ) async throws(VaultError) -> [TokenRecord] {
        try await query(
            """
            SELECT t.id, t.name, array_to_string(scopes, ' '), array_to_string(apps, ' '),
                   array_to_string(methods, ' '), (extract(epoch FROM created_at) * 1000)::bigint,
                   \(VaultReader.expiry), array_to_string(sellers, chr(31)), rate, concurrency,
                   array_to_string(callbacks, ' '),
                   (extract(epoch FROM CASE WHEN previous_until > now() THEN previous_until END) * 1000)::bigint,
                   (extract(epoch FROM updated_at) * 1000)::bigint,
                   (extract(epoch FROM u.last_used_at) * 1000)::bigint, \(Self.version("t")),
                   \(Self.author(of: "t.name", kind: "token")), left(encode(hash, 'hex'), 8)
            FROM vault.tokens AS t LEFT JOIN vault.token_uses AS u ON u.token = t.name
            WHERE \(condition) ORDER BY t.name \(end)
            """, parameters
        ).map { TokenRecord($0) }
    }

    /// Notes when tokens were last used. Tokens that are gone are left out.
    /// - Parameter uses: times in milliseconds since 1970, by the names of the tokens.
    package func noteTokenUses(_ uses: [String: Int64]) async throws(VaultError) {
        let sorted = uses.sorted { $0.key < $1.key }
        _ = try await query(
            """
            INSERT INTO vault.token_uses AS u (token, last_used_at)
            SELECT t.name, to_timestamp(used.at / 1000.0)
            FROM unnest($1::text[], $2::bigint[]) AS used (name, at) JOIN vault.tokens AS t USING (name)
            ON CONFLICT (token) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at)
            """, [.array(sorted.map(\.key)), .array(sorted.map { String($0.value) })])
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
    /// The sellers that it may call for, as patterns. An empty list means all.
    package let sellers: [String]
    /// Calls a second and concurrent calls, on each replica.
    package let limits: TokenLimits
    /// The hooks that its calls may choose.
    package let callbacks: [String]
    /// Until when the secret before the last rotation is valid; nil if it is not.
    package let previousUntil: Int64?
    /// When it was last changed.
    package let updatedAt: Int64
    /// When it was last used, to about a minute; nil if that is not recorded.
    package let lastUsedAt: Int64?
    /// The version of the row. It changes with every change.
    package let version: String
    /// Who changed the token last; nil if that is not recorded.
    package let author: String?
    /// The first 8 hex digits of the hash of its secret part.
    package let fingerprint: String

    init(_ row: Row) {
        id = row[0].text ?? ""
        name = row[1].text ?? ""
        scopes = row[2].words.compactMap(Scope.init(rawValue:))
        apps = row[3].words
        methods = row[4].words
        createdAt = row[5].integer ?? 0
        expiresAt = row[6].integer
        sellers = row[7].lines
        limits = TokenLimits(rate: row[8].integer.map(Int.init), concurrency: row[9].integer.map(Int.init))
        callbacks = row[10].words
        previousUntil = row[11].integer
        updatedAt = row[12].integer ?? 0
        lastUsedAt = row[13].integer
        version = row[14].text ?? ""
        author = row[15].text
        fingerprint = row[16].text ?? ""
    }
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

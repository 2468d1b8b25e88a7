package import Crypto
package import Postgres
import TOP

/// Reads the whole vault at one revision, and opens it.
///
/// A row that cannot be opened or read stays in the snapshot as unusable and is listed. One damaged row must neither
/// stop the relay nor allow more than intended. A system key that does not open is an error, because the master key is
/// wrong or all derived request ids would be.
package struct VaultReader {
    /// The largest number of rows of a table. Replicas keep them in memory, and `VaultStore` enforces the limit.
    package static let rowLimit = 100_000
    /// The number of rows that are opened before other work of the loop gets a turn.
    private static let rowsPerTurn = 256

    /// When a session or token expires, in milliseconds since 1970. NULL and `infinity` mean never, and `-infinity`
    /// means expired. Infinite times have no number.
    static let expiry = milliseconds("expires_at")

    /// A column with a time in milliseconds since 1970, in the same way.
    static func milliseconds(_ column: String) -> String {
        """
        CASE WHEN isfinite(\(column)) THEN (extract(epoch FROM \(column)) * 1000)::bigint \
        WHEN \(column) < now() THEN 0 END
        """
    }

    private let connection: PostgresConnection
    private let key: KeyRing
    private let timeout: Duration
    private let rowLimit: Int
    private var unreadable: [String] = []

    private init(connection: PostgresConnection, key: KeyRing, timeout: Duration, rowLimit: Int) {
        self.connection = connection
        self.key = key
        self.timeout = timeout
        self.rowLimit = rowLimit
    }

    /// The current vault. Use it on the connection's loop, and use the connection for nothing else meanwhile.
    package static func load(
        on connection: PostgresConnection, key: KeyRing, timeout: Duration = .seconds(10)
    ) async throws(VaultError) -> VaultSnapshot {
        try await load(on: connection, key: key, timeout: timeout, rowLimit: rowLimit)
    }

    static func load(
        on connection: PostgresConnection, key: KeyRing, timeout: Duration, rowLimit: Int
    ) async throws(VaultError) -> VaultSnapshot {
        try await connection.transaction(.readOnlySnapshot, timeout: timeout) { () async throws(VaultError) in
            var reader = VaultReader(connection: connection, key: key, timeout: timeout, rowLimit: rowLimit)
            return try await reader.read()
        }
    }

    private mutating func read() async throws(VaultError) -> VaultSnapshot {
        let revision = try await connection.vaultRevision(timeout: timeout)
        let keys = try await readKeys()
        let apps = try await readApps()
        let sessions = try await readSessions()
        let tokens = try await readTokens()
        return VaultSnapshot(
            revision: revision, apps: apps, sessions: sessions, tokens: tokens, keys: keys, unreadable: unreadable)
    }

    private func rows(_ sql: String, of table: String) async throws(VaultError) -> Rows {
        let rows = try await connection.vaultQuery(
            sql + " LIMIT $1", [.integer(Int64(rowLimit) + 1)], timeout: timeout)
        guard rows.count <= rowLimit else { throw .tooLarge(table: table, limit: rowLimit) }
        return rows
    }

    private func readKeys() async throws(VaultError) -> [SystemKey] {
        let rows = try await rows("SELECT name, version, sealed FROM vault.keys", of: "vault.keys")
        var keys: [SystemKey] = []
        for row in rows {
            keys.append(try SystemKey(row: row, opening: key))
        }
        return keys
    }

    private mutating func readApps() async throws(VaultError) -> [App] {
        let rows = try await rows(
            """
            SELECT name, app_key, secret_sealed, gateway_url, allow_http, sign_method, is_default,
                   array_to_string(methods, ' '), cardinality(methods), kind, target_app_key, customer_id,
                   constants::text, auth, oauth_authorize_url, oauth_token_url, proxy_url, proxy_password_sealed,
                   is_paused, array_to_string(paused_methods, ' '), cardinality(paused_methods)
            FROM vault.apps ORDER BY name
            """, of: "vault.apps")
        var apps: [App] = []
        for row in rows {
            let name = row[0].text ?? ""
            apps.append(
                App(
                    name: name, appKey: row[1].text ?? "", openedSecret: open(row[2], .appSecret(name)),
                    gatewayURL: row[3].text, allowsHTTP: row[4].bool ?? false,
                    signMethod: row[5].text ?? "", addressing: addressing(row), auth: auth(row),
                    isDefault: row[6].bool ?? false,
                    readableMethods: list(row[7], row[8], MethodGlob.init, "vault.apps/\(name): methods"),
                    readableProxy: proxy(of: name, url: row[16], password: row[17]), pause: pause(row)))
            await pauseNowAndThen(apps.count)
        }
        return apps
    }

    /// An exchange that this version does not know is listed. It does not affect calls.
    private mutating func auth(_ row: Row) -> AppAuth {
        let exchange = row[13].text.flatMap(AppAuth.Exchange.init(rawValue:))
        if exchange == nil { unreadable.append("vault.apps/\(row[0].text ?? ""): auth") }
        return AppAuth(exchange: exchange ?? .oauth, authorizeURL: row[14].text, tokenURL: row[15].text)
    }

    /// The proxy of an app: nil in it for none. If it cannot be read or opened, the app is unusable, because its calls
    /// would go another way.
    private mutating func proxy(of app: String, url: Field, password: Field) -> AppProxy?? {
        guard let text = url.text else { return .some(nil) }
        guard let parsed = try? ProxyURL(text) else {
            unreadable.append("vault.apps/\(app): proxy_url")
            return nil
        }
        if password.isNull { return AppProxy(url: parsed, password: nil) }
        return open(password, .proxyPassword(app)).map { AppProxy(url: parsed, password: $0) }
    }

    /// Patterns that this version cannot read pause every call: one of them could mean any.
    private mutating func pause(_ row: Row) -> AppPause {
        let methods = list(row[19], row[20], MethodGlob.init, "vault.apps/\(row[0].text ?? ""): paused_methods")
        return AppPause(isWhole: row[18].bool ?? true || methods == nil, methods: methods ?? [])
    }

    /// An addressing that this version cannot read makes the app unusable: its calls would go elsewhere.
    private mutating func addressing(_ row: Row) -> AppAddressing? {
        guard let kind = row[9].text.flatMap(AppKind.init),
            let constants = row[12].text.flatMap(AppAddressing.constants)
        else {
            unreadable.append("vault.apps/\(row[0].text ?? ""): kind and constants")
            return nil
        }
        return AppAddressing(
            kind: kind, targetAppKey: row[10].text, customerID: row[11].text, constants: constants)
    }

    private mutating func readSessions() async throws(VaultError) -> [SellerSession] {
        let rows = try await rows(
            """
            SELECT app, seller, session_sealed, \(Self.expiry), is_default, refresh_sealed IS NOT NULL,
                   \(Self.milliseconds("refresh_expires_at")), needs_authorisation
            FROM vault.sessions ORDER BY app, seller
            """, of: "vault.sessions")
        var sessions: [SellerSession] = []
        sessions.reserveCapacity(rows.count)
        for row in rows {
            let app = row[0].text ?? ""
            let seller = row[1].text ?? ""
            sessions.append(
                SellerSession(
                    app: app, seller: seller, openedKey: open(row[2], .session(app: app, seller: seller)),
                    expiresAt: row[3].integer, isDefault: row[4].bool ?? false,
                    renewal: SessionRenewal(
                        hasToken: row[5].bool ?? false, endsAt: row[6].integer,
                        needsAuthorisation: row[7].bool ?? false)))
            await pauseNowAndThen(sessions.count)
        }
        return sessions
    }

    private mutating func readTokens() async throws(VaultError) -> [AccessToken] {
        let rows = try await rows(
            """
            SELECT id, name, hash, array_to_string(scopes, ' '), array_to_string(apps, ' '), cardinality(apps),
                   array_to_string(methods, ' '), cardinality(methods), \(Self.expiry),
                   array_to_string(sellers, chr(31)), cardinality(sellers), rate, concurrency,
                   previous_id, previous_hash, (extract(epoch FROM previous_until) * 1000)::bigint
            FROM vault.tokens ORDER BY name
            """, of: "vault.tokens")
        var tokens: [AccessToken] = []
        tokens.reserveCapacity(rows.count)
        for row in rows {
            let name = row[1].text ?? ""
            let apps = list(row[4], row[5], { VaultName.isValid($0) ? $0 : nil }, "vault.tokens/\(name): apps")
            let token = AccessToken(
                id: row[0].text ?? "", name: name, hash: row[2].bytes ?? [],
                // A scope that this version does not know allows nothing.
                scopes: Set(row[3].words.compactMap(Scope.init(rawValue:))), readableApps: apps.map { Set($0) },
                readableMethods: list(row[6], row[7], MethodGlob.init, "vault.tokens/\(name): methods"),
                readableSellers: list(row[9].lines, row[10], SellerGlob.init, "vault.tokens/\(name): sellers"),
                limits: TokenLimits(rate: row[11].integer.map(Int.init), concurrency: row[12].integer.map(Int.init)),
                expiresAt: row[8].integer)
            tokens.append(token)
            if let id = row[13].text, let hash = row[14].bytes, let end = row[15].integer {
                tokens.append(token.replaced(id: id, hash: hash, until: end))
            }
        }
        return tokens
    }

    /// The items of an array column. If one of them cannot be read, it returns nil and lists the place. A list without
    /// its unreadable items could be empty, and an empty list allows everything.
    /// - Parameters:
    ///   - words: the array, joined by spaces. This leaves out NULL items.
    ///   - count: the number of items in the array.
    private mutating func list<Item>(
        _ words: Field, _ count: Field, _ read: (String) -> Item?, _ place: String
    ) -> [Item]? {
        list(words.words, count, read, place)
    }

    private mutating func list<Item>(
        _ texts: [String], _ count: Field, _ read: (String) -> Item?, _ place: String
    ) -> [Item]? {
        let items = texts.compactMap(read)
        guard let count = count.integer, items.count == Int(count) else {
            unreadable.append(place)
            return nil
        }
        return items
    }

    /// The opened value. If it does not open, it returns nil and lists the row.
    private mutating func open(_ field: Field, _ column: SealedColumn) -> Secret? {
        guard let blob = field.bytes, let plain = try? key.open(blob, associated: column.associatedData) else {
            unreadable.append(column.description)
            return nil
        }
        return Secret(bytes: plain)
    }

    private func pauseNowAndThen(_ count: Int) async {
        if count.isMultiple(of: Self.rowsPerTurn) { await Task.yield() }
    }
}

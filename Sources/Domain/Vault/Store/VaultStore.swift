package import Crypto
import JSON
package import Postgres

/// Reads and changes the vault for the command line and the HTTP interface of administration.
///
/// It checks the input before PostgreSQL sees it. Each change is one transaction, and changes wait for one another.
/// The transaction also has a row of `vault.events`. Use it on the connection's loop, and use the connection for
/// nothing else meanwhile.
package struct VaultStore {
    let connection: PostgresConnection
    let key: KeyRing?
    let timeout: Duration
    let rowLimit: Int
    let author: ChangeAuthor

    /// A store on this connection. Sealing needs the master key in `key`. Without it you can make tokens, read lists
    /// and remove rows. `timeout` applies to each statement.
    package init(
        connection: PostgresConnection, key: KeyRing?, timeout: Duration = .seconds(10),
        author: ChangeAuthor = ChangeAuthor(origin: "toprelay")
    ) {
        self.init(
            connection: connection, key: key, timeout: timeout, rowLimit: VaultReader.rowLimit, author: author)
    }

    init(
        connection: PostgresConnection, key: KeyRing?, timeout: Duration, rowLimit: Int,
        author: ChangeAuthor = ChangeAuthor(origin: "toprelay")
    ) {
        self.author = author
        self.connection = connection
        self.key = key
        self.timeout = timeout
        self.rowLimit = rowLimit
    }

    func query(_ sql: String, _ parameters: [SQLValue] = []) async throws(VaultError) -> Rows {
        try await connection.vaultQuery(sql, parameters, timeout: timeout)
    }

    /// Runs a change exclusively. A lock on the revision's row makes others wait. So conditions like "the first" or
    /// "there is none yet" hold until the commit.
    func change<Result>(
        _ body: () async throws(VaultError) -> Result
    ) async throws(VaultError) -> Result {
        try await connection.transaction(.standard, timeout: timeout) { () async throws(VaultError) in
            _ = try await query("SELECT revision FROM vault.revision FOR UPDATE")
            return try await body()
        }
    }

    /// Within a change, refuses a table that is too large for the replicas' memory. No replica could load it.
    /// - Parameter more: how many rows are to be added.
    func checkRoom(in table: String, for more: Int = 0) async throws(VaultError) {
        let room = rowLimit - more
        let rows = try await query(
            "SELECT count(*) FROM (SELECT FROM \(table) LIMIT $1) AS counted", [.integer(Int64(max(room, 0)) + 1)])
        guard (rows.first?[0].integer ?? 0) <= room else { throw .tooLarge(table: table, limit: rowLimit) }
    }

    /// Seals a value for its column, after a check that the vault is sealed with this master key.
    func seal(_ secret: Secret, for column: SealedColumn) async throws(VaultError) -> [UInt8] {
        guard key != nil else { throw .noMasterKey }
        _ = try await ensureKeysInChange()
        return try sealed(secret, for: column)
    }

    /// Seals a value for its column. The master key has been checked.
    func sealed(_ secret: Secret, for column: SealedColumn) throws(VaultError) -> [UInt8] {
        guard let key else { throw .noMasterKey }
        do {
            return try key.seal(secret.bytes, associated: column.associatedData)
        } catch {
            throw .cryptography(error)
        }
    }
}

/// Who changes the vault, and from where. It stands in `vault.events`.
package struct ChangeAuthor: Sendable {
    /// The name of the token; nil for the user of the database connection.
    let actor: String?
    /// The client's address, or the host of the command line.
    let origin: String

    /// The author of changes.
    package init(actor: String? = nil, origin: String) {
        self.actor = actor
        self.origin = origin
    }
}

extension VaultStore {
    /// Within a change, records it.
    /// - Parameters:
    ///   - action: what was done, such as `app.put`.
    ///   - object: what it was done to, such as the app's name.
    ///   - detail: writes members of an object. They never have a secret.
    func record(
        _ action: String, _ object: String, _ detail: (inout JSONWriter) -> Void = { _ in }
    ) async throws(VaultError) {
        _ = try await query(
            """
            INSERT INTO vault.events (actor, origin, action, object, detail)
            VALUES (coalesce($1::text, session_user), $2, $3, $4, $5::jsonb)
            """,
            [
                .optional(author.actor), .text(author.origin), .text(action), .text(object),
                .text(Self.object(detail)),
            ])
    }

    /// A JSON object with the members that `write` writes.
    static func object(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        write(&json)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The column with the author of the last change of an object. A failed refresh changes nothing that anybody put.
    /// - Parameter kind: how the actions begin, such as `app`.
    static func author(of object: String, kind: String) -> String {
        """
        (SELECT e.actor FROM vault.events AS e WHERE e.object = \(object) AND e.action LIKE '\(kind).%' \
        AND e.action <> 'session.refresh_failed' \
        ORDER BY e.id DESC LIMIT 1)
        """
    }

    /// The column with a row's version, which changes with every change of the row.
    static func version(_ row: String) -> String {
        "\(row).xmin::text || '-' || (extract(epoch FROM \(row).updated_at) * 1000000)::bigint"
    }
}

extension JSONWriter {
    /// Writes what a change gives.
    mutating func change(isNew: Bool, given: [String]) {
        name("created")
        bool(isNew)
        name("given")
        beginArray()
        for name in given { string(name) }
        endArray()
    }
}

extension Field {
    /// The items of an array that `array_to_string(…, chr(31))` joined. They may have spaces, but no control
    /// characters.
    var lines: [String] { (text ?? "").split(separator: "\u{1F}").map(String.init) }

    /// The items of an array that `array_to_string(…, ' ')` joined.
    var words: [String] { (text ?? "").split(separator: " ").map(String.init) }
}

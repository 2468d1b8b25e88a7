public import Crypto
public import Postgres

/// Changes to the vault: what the commands `app`, `session` and `token` do.
///
/// Input is checked before PostgreSQL sees it, and each change is one transaction; changes wait for one another. Use it
/// on the connection's loop, and let nobody else use the connection meanwhile.
public struct VaultStore {
    let connection: PostgresConnection
    let key: SealingKey?
    let timeout: Duration
    let rowLimit: Int

    /// A store over this connection. Without a `key` (the master key) nothing can be sealed: tokens can be made, lists
    /// read and rows removed. `timeout` holds for each statement.
    public init(connection: PostgresConnection, key: SealingKey?, timeout: Duration = .seconds(10)) {
        self.init(connection: connection, key: key, timeout: timeout, rowLimit: VaultReader.rowLimit)
    }

    init(connection: PostgresConnection, key: SealingKey?, timeout: Duration, rowLimit: Int) {
        self.connection = connection
        self.key = key
        self.timeout = timeout
        self.rowLimit = rowLimit
    }

    func query(_ sql: String, _ parameters: [SQLValue] = []) async throws(VaultError) -> Rows {
        try await connection.vaultQuery(sql, parameters, timeout: timeout)
    }

    /// Runs a change alone: the lock of the revision's row makes others wait, so that "the first", "the default" and
    /// "there is none yet" stay true until the commit.
    func change<Result>(
        _ body: () async throws(VaultError) -> Result
    ) async throws(VaultError) -> Result {
        try await connection.transaction(.standard, timeout: timeout) { () async throws(VaultError) in
            _ = try await query("SELECT revision FROM vault.revision FOR UPDATE")
            return try await body()
        }
    }

    /// Refuses, within a change, a table that has grown over what replicas keep in memory: none of them could load it.
    func checkRoom(in table: String) async throws(VaultError) {
        let rows = try await query(
            "SELECT count(*) FROM (SELECT FROM \(table) LIMIT $1) AS counted", [.integer(Int64(rowLimit) + 1)])
        guard (rows.first?[0].integer ?? 0) <= rowLimit else { throw .tooLarge(table: table, limit: rowLimit) }
    }

    /// Seals a value for its place, after making sure that the master key is the one that the vault is sealed with.
    func seal(_ secret: Secret, for column: SealedColumn) async throws(VaultError) -> [UInt8] {
        guard let key else { throw .noMasterKey }
        _ = try await ensureKeysInChange()
        do {
            return try key.seal(secret.bytes, associated: column.associatedData)
        } catch {
            throw .cryptography(error)
        }
    }
}

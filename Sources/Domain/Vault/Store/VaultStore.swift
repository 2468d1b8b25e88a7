package import Crypto
package import Postgres

/// Changes the vault for the commands `app`, `session`, `token` and `key`.
///
/// It checks the input before PostgreSQL sees it. Each change is one transaction, and changes wait for one another. Use
/// it on the connection's loop, and use the connection for nothing else meanwhile.
package struct VaultStore {
    let connection: PostgresConnection
    let key: KeyRing?
    let timeout: Duration
    let rowLimit: Int

    /// A store on this connection. Sealing needs the master key in `key`. Without it you can make tokens, read lists
    /// and remove rows. `timeout` applies to each statement.
    package init(connection: PostgresConnection, key: KeyRing?, timeout: Duration = .seconds(10)) {
        self.init(connection: connection, key: key, timeout: timeout, rowLimit: VaultReader.rowLimit)
    }

    init(connection: PostgresConnection, key: KeyRing?, timeout: Duration, rowLimit: Int) {
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
    func checkRoom(in table: String) async throws(VaultError) {
        let rows = try await query(
            "SELECT count(*) FROM (SELECT FROM \(table) LIMIT $1) AS counted", [.integer(Int64(rowLimit) + 1)])
        guard (rows.first?[0].integer ?? 0) <= rowLimit else { throw .tooLarge(table: table, limit: rowLimit) }
    }

    /// Seals a value for its column, after a check that the vault is sealed with this master key.
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

extension Field {
    /// The items of an array that `array_to_string(…, ' ')` joined.
    var words: [String] { (text ?? "").split(separator: " ").map(String.init) }
}

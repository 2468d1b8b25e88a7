import Postgres

extension PostgresConnection {
    /// The isolation of a transaction.
    enum Isolation: String {
        /// For changes.
        case standard = "BEGIN"
        /// All statements see the same state.
        case readOnlySnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    }

    /// Runs a statement of the vault. Missing tables are reported as missing migrations.
    func vaultQuery(
        _ sql: String, _ parameters: [SQLValue] = [], timeout: Duration
    ) async throws(VaultError) -> Rows {
        do {
            return try await query(sql, parameters, timeout: timeout)
        } catch {
            throw VaultError(error)
        }
    }

    /// The current revision of the vault.
    func vaultRevision(timeout: Duration) async throws(VaultError) -> Int64 {
        try await vaultHeartbeat(timeout: timeout).revision
    }

    /// The current revision of the vault, and PostgreSQL's clock in milliseconds since 1970.
    func vaultHeartbeat(timeout: Duration) async throws(VaultError) -> (revision: Int64, clock: Int64) {
        let sql = "SELECT revision, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM vault.revision"
        let rows = try await vaultQuery(sql, timeout: timeout)
        guard let row = rows.first, let revision = row[0].integer, let clock = row[1].integer else {
            throw .notMigrated
        }
        return (revision, clock)
    }

    /// Runs `body` in a transaction. It commits when `body` returns, and rolls back when it throws.
    func transaction<Result>(
        _ isolation: Isolation, timeout: Duration, _ body: () async throws(VaultError) -> Result
    ) async throws(VaultError) -> Result {
        _ = try await vaultQuery(isolation.rawValue, timeout: timeout)
        let result: Result
        do {
            result = try await body()
        } catch {
            // If the rollback fails, the connection is closed or closing, and the server rolls back.
            _ = try? await vaultQuery("ROLLBACK", timeout: timeout)
            throw error
        }
        _ = try await vaultQuery("COMMIT", timeout: timeout)
        return result
    }
}

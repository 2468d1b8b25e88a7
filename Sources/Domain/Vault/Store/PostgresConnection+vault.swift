import Postgres

extension PostgresConnection {
    /// How a transaction sees others.
    enum Isolation: String {
        /// For changes.
        case standard = "BEGIN"
        /// All statements see one and the same state.
        case readOnlySnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    }

    /// One statement of the vault's own; missing tables are told as missing migrations.
    func vaultQuery(
        _ sql: String, _ parameters: [SQLValue] = [], timeout: Duration
    ) async throws(VaultError) -> Rows {
        do {
            return try await query(sql, parameters, timeout: timeout)
        } catch {
            throw VaultError(error)
        }
    }

    /// The vault's revision as it stands.
    func vaultRevision(timeout: Duration) async throws(VaultError) -> Int64 {
        try await vaultHeartbeat(timeout: timeout).revision
    }

    /// The vault's revision as it stands, and PostgreSQL's clock in milliseconds since 1970.
    func vaultHeartbeat(timeout: Duration) async throws(VaultError) -> (revision: Int64, clock: Int64) {
        let sql = "SELECT revision, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM vault.revision"
        let rows = try await vaultQuery(sql, timeout: timeout)
        guard let row = rows.first, let revision = row[0].integer, let clock = row[1].integer else {
            throw .notMigrated
        }
        return (revision, clock)
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    func transaction<Result>(
        _ isolation: Isolation, timeout: Duration, _ body: () async throws(VaultError) -> Result
    ) async throws(VaultError) -> Result {
        _ = try await vaultQuery(isolation.rawValue, timeout: timeout)
        let result: Result
        do {
            result = try await body()
        } catch {
            // A rollback that fails leaves a connection that is closed or closing: the server rolls back then.
            _ = try? await vaultQuery("ROLLBACK", timeout: timeout)
            throw error
        }
        _ = try await vaultQuery("COMMIT", timeout: timeout)
        return result
    }
}

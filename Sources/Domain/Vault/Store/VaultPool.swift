package import Crypto
package import EventLoop
package import Postgres

/// The vault on one connection of a replica's own, which is made when it is needed. It serves administration and
/// records, never calls. It is used only on its loop.
package final class VaultPool {
    private let pool: PostgresPool
    private let key: KeyRing

    /// A pool without a connection.
    package init(settings: PostgresSettings, key: KeyRing, loop: EventLoop) {
        pool = PostgresPool(loop: loop, settings: settings, size: 1)
        self.key = key
    }

    /// Lends a store to `work` exclusively.
    /// - Parameter author: who makes changes, and from where.
    package func run<Result>(
        by author: ChangeAuthor, _ work: (VaultStore) async throws(VaultError) -> Result
    ) async throws(VaultError) -> Result {
        let outcome: Swift.Result<Result, VaultError>
        do throws(PostgresError) {
            outcome = try await pool.withConnection { connection throws(PostgresError) in
                let store = VaultStore(connection: connection, key: key, author: author)
                do throws(VaultError) { return .success(try await work(store)) } catch { return .failure(error) }
            }
        } catch {
            throw VaultError(error)
        }
        return try outcome.get()
    }

    /// Closes the connection.
    package func close() { pool.close() }
}

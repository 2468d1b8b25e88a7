/// Updates a database's schema by numbered SQL files. Each file is applied once, in order, in its own transaction.
///
/// The table `toprelay_migrations` records each applied file with a checksum, so later changes of a file are found.
/// Replicas that start together take turns under an advisory lock.
package struct Migrator: Sendable {
    /// One SQL file.
    package struct Migration: Sendable, Equatable {
        /// The number in its name.
        package let number: Int
        /// Its name, such as `0001_vault.sql`.
        package let name: String
        /// Its statements.
        package let sql: String
    }

    /// The files, ordered by number.
    package let migrations: [Migration]

    /// The advisory lock's key: "toprelay" in ASCII.
    private static let lockKey: Int64 = 0x746F_7072_656C_6179
    private static let shortTimeout = Duration.seconds(30)

    /// The longest wait for another replica's migrations, and the longest time of one migration.
    package var timeout: Duration = .seconds(600)

    /// Takes the files by name, such as `0001_vault.sql`, and contents.
    package init(files: [(name: String, sql: String)]) throws(MigrationError) {
        var migrations: [Migration] = []
        for file in files {
            guard let number = Self.number(of: file.name) else { throw .badName(file.name) }
            migrations.append(Migration(number: number, name: file.name, sql: file.sql))
        }
        migrations.sort { $0.number < $1.number }
        for (earlier, later) in zip(migrations, migrations.dropFirst()) where earlier.number == later.number {
            throw .badName(later.name)
        }
        self.migrations = migrations
    }

    /// Returns the migrations that are not applied yet. It changes nothing.
    package func check(on connection: PostgresConnection) async throws(MigrationError) -> [Migration] {
        do throws(PostgresError) {
            let table = try await connection.query(
                "SELECT to_regclass('toprelay_migrations') IS NOT NULL", timeout: Self.shortTimeout)
            guard table.first?[0].bool == true else { return migrations }
        } catch {
            throw .database(error)
        }
        return try await pending(on: connection)
    }

    /// Applies the missing migrations and returns them.
    ///
    /// Close the connection afterwards. Its session has no `statement_timeout` and no `lock_timeout`.
    package func run(on connection: PostgresConnection) async throws(MigrationError) -> [Migration] {
        try await step { () throws(PostgresError) in
            // The query's own timeout limits the wait for the lock. A migration may run for long.
            try await connection.execute(
                "SET statement_timeout = 0; SET lock_timeout = 0", timeout: Self.shortTimeout)
            _ = try await connection.query(
                "SELECT pg_advisory_lock($1)", [.integer(Self.lockKey)], timeout: timeout)
        }
        do throws(MigrationError) {
            let applied = try await runLocked(on: connection)
            await unlock(connection)
            return applied
        } catch {
            await unlock(connection)
            throw error
        }
    }
}

extension Migrator {
    private func runLocked(on connection: PostgresConnection) async throws(MigrationError) -> [Migration] {
        try await step { () throws(PostgresError) in
            try await connection.execute(
                """
                CREATE TABLE IF NOT EXISTS toprelay_migrations (
                    number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now())
                """, timeout: Self.shortTimeout)
        }
        let pending = try await pending(on: connection)
        for migration in pending { try await apply(migration, on: connection) }
        return pending
    }

    private func pending(on connection: PostgresConnection) async throws(MigrationError) -> [Migration] {
        var applied: [Int: (name: String, checksum: String)] = [:]
        var checksums: [Int: String] = [:]
        do throws(PostgresError) {
            let rows = try await connection.query(
                "SELECT number, name, checksum FROM toprelay_migrations", timeout: Self.shortTimeout)
            for row in rows {
                applied[Int(row[0].integer ?? 0)] = (row[1].text ?? "", row[2].text ?? "")
            }
            for migration in migrations where applied[migration.number] != nil {
                checksums[migration.number] = try await checksum(of: migration, on: connection)
            }
        } catch {
            throw .database(error)
        }
        for (number, record) in applied.sorted(by: { $0.key < $1.key }) {
            guard let migration = migrations.first(where: { $0.number == number }) else {
                throw .unknown(number: number, name: record.name)
            }
            guard checksums[number] == record.checksum else { throw .changed(migration.name) }
        }
        return migrations.filter { applied[$0.number] == nil }
    }

    private func checksum(
        of migration: Migration, on connection: PostgresConnection
    ) async throws(PostgresError) -> String {
        let rows = try await connection.query(
            "SELECT encode(sha256($1::bytea), 'hex')", [.bytes(Array(migration.sql.utf8))],
            timeout: Self.shortTimeout)
        return rows.first?[0].text ?? ""
    }

    private func apply(_ migration: Migration, on connection: PostgresConnection) async throws(MigrationError) {
        do throws(PostgresError) {
            try await connection.execute("BEGIN", timeout: Self.shortTimeout)
            try await connection.execute(migration.sql, timeout: timeout)
            let isWhole = connection.isInTransaction
            guard isWhole else { throw PostgresError(.protocol, Self.endMarker) }
            _ = try await connection.query(
                """
                INSERT INTO toprelay_migrations (number, name, checksum)
                VALUES ($1, $2, encode(sha256($3::bytea), 'hex'))
                """,
                [.integer(Int64(migration.number)), .text(migration.name), .bytes(Array(migration.sql.utf8))],
                timeout: Self.shortTimeout)
            try await connection.execute("COMMIT", timeout: timeout)
        } catch {
            if connection.isInTransaction { try? await connection.execute("ROLLBACK", timeout: Self.shortTimeout) }
            throw error.kind == .protocol ? .endsTransaction(migration.name) : .failed(migration.name, error)
        }
    }

    private static let endMarker = "a migration ended its own transaction"

    private func unlock(_ connection: PostgresConnection) async {
        // If this fails, the connection is lost, and the server has released the lock.
        _ = try? await connection.query(
            "SELECT pg_advisory_unlock($1)", [.integer(Self.lockKey)], timeout: Self.shortTimeout)
    }

    private func step(_ body: () async throws(PostgresError) -> Void) async throws(MigrationError) {
        do throws(PostgresError) { try await body() } catch { throw .database(error) }
    }

    /// The number of `NNNN_name.sql`.
    private static func number(of name: String) -> Int? {
        let utf8 = Array(name.utf8)
        guard utf8.count > 9, name.hasSuffix(".sql"), utf8[4] == 0x5F else { return nil }
        guard utf8[..<4].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return utf8[..<4].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

/// Brings a database's schema forward: numbered SQL files, each applied once, in order, in a transaction of its own.
///
/// What is applied is recorded in the table `toprelay_migrations` with a checksum, so that a file that was changed
/// afterwards is found. Replicas that start at once take turns under an advisory lock.
public struct Migrator: Sendable {
    /// Why a schema cannot be brought forward.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// A file's name is not of the form `NNNN_name.sql`, or its number is there twice.
        case badName(String)
        /// A file differs from what was applied under its number.
        case changed(String)
        /// The database has a migration that these files do not: it was made by a newer release.
        case unknown(number: Int, name: String)
        /// A migration ended its own transaction.
        case endsTransaction(String)
        /// A migration failed; it is rolled back, and those before it stay.
        case failed(String, PostgresError)
        /// The database could not be asked.
        case database(PostgresError)

        /// One line that says what to do.
        public var description: String {
            switch self {
            case .badName(let name):
                "migration \(name): a file must be named NNNN_name.sql, and each number be used once"
            case .changed(let name):
                "migration \(name) was changed after it was applied: restore the file, and put the change in a new one"
            case .unknown(let number, let name):
                "the database has migration \(number) (\(name)), which this release does not know: run a newer release"
            case .endsTransaction(let name):
                "migration \(name) ends its own transaction: leave BEGIN and COMMIT out"
            case .failed(let name, let error): "migration \(name) failed and was rolled back: \(error)"
            case .database(let error): "\(error)"
            }
        }
    }

    /// One file.
    public struct Migration: Sendable, Equatable {
        /// Its number, from its name.
        public let number: Int
        /// Its name: `0001_vault.sql`.
        public let name: String
        /// Its statements.
        public let sql: String
    }

    /// The files in the order of their numbers.
    public let migrations: [Migration]

    /// The advisory lock's key: "toprelay" in ASCII.
    private static let lockKey: Int64 = 0x746F_7072_656C_6179
    private static let shortTimeout = Duration.seconds(30)

    /// How long to wait for another replica's migrations, and how long one migration may take.
    public var timeout: Duration = .seconds(600)

    /// Files by their names (`0001_vault.sql`) and contents.
    public init(files: [(name: String, sql: String)]) throws(Failure) {
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

    /// The migrations that are still to be applied. Changes nothing.
    public func check(on connection: PostgresConnection) async throws(Failure) -> [Migration] {
        do throws(PostgresError) {
            let table = try await connection.query(
                "SELECT to_regclass('toprelay_migrations') IS NOT NULL", timeout: Self.shortTimeout)
            guard table.first?[0].bool == true else { return migrations }
        } catch {
            throw .database(error)
        }
        return try await pending(on: connection)
    }

    /// Applies the migrations that are missing, and returns them.
    ///
    /// Give it a connection that is closed afterwards: the session is left without `statement_timeout` and
    /// `lock_timeout`.
    public func run(on connection: PostgresConnection) async throws(Failure) -> [Migration] {
        try await step { () throws(PostgresError) in
            // A wait for the lock is bounded by the query's own time; the schema may be long in the making.
            try await connection.execute(
                "SET statement_timeout = 0; SET lock_timeout = 0", timeout: Self.shortTimeout)
            _ = try await connection.query(
                "SELECT pg_advisory_lock($1)", [.integer(Self.lockKey)], timeout: timeout)
        }
        do throws(Failure) {
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
    private func runLocked(on connection: PostgresConnection) async throws(Failure) -> [Migration] {
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

    private func pending(on connection: PostgresConnection) async throws(Failure) -> [Migration] {
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

    private func apply(_ migration: Migration, on connection: PostgresConnection) async throws(Failure) {
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
        // When this fails the connection is gone, and the lock with it.
        _ = try? await connection.query(
            "SELECT pg_advisory_unlock($1)", [.integer(Self.lockKey)], timeout: Self.shortTimeout)
    }

    private func step(_ body: () async throws(PostgresError) -> Void) async throws(Failure) {
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

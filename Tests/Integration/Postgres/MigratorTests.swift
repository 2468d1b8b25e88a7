import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite struct MigratorTests {
    /// Runs `body` with connections to an empty database of its own.
    private func withDatabase(
        _ body: @escaping @Sendable (EventLoop, PostgresSettings) async throws -> Void
    ) async throws {
        try await onLoop { loop in try await body(loop, TestDatabase.make(migrations: 0, on: loop).settings) }
    }

    private static let files = [
        (name: "0002_second.sql", sql: "ALTER TABLE a ADD b int; INSERT INTO a VALUES (1, 2)"),
        (name: "0001_first.sql", sql: "CREATE TABLE a (a int)"),
    ]

    private func failure(_ body: () async throws -> Void) async -> MigrationError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? MigrationError
        }
    }

    @Test("Files are applied once, in the order of their numbers; a check changes nothing")
    func appliesInOrder() async throws {
        try await withDatabase { loop, settings in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            let migrator = try Migrator(files: Self.files)
            #expect(try await migrator.check(on: connection).map(\.number) == [1, 2])
            #expect(try await connection.query("SELECT to_regclass('toprelay_migrations')")[0][0].isNull)
            #expect(try await migrator.run(on: connection).map(\.name) == ["0001_first.sql", "0002_second.sql"])
            #expect(try await migrator.check(on: connection).isEmpty)
            #expect(try await migrator.run(on: connection).isEmpty)
            #expect(try await connection.query("SELECT b FROM a")[0][0].integer == 2)
            let more = try Migrator(files: Self.files + [("0003_third.sql", "DROP TABLE a")])
            #expect(try await more.check(on: connection).map(\.number) == [3])
            connection.close()
        }
    }

    @Test("A changed file and an unknown migration are found")
    func findsDifferences() async throws {
        try await withDatabase { loop, settings in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            _ = try await Migrator(files: Self.files).run(on: connection)
            let changed = try Migrator(files: [("0001_first.sql", "CREATE TABLE a (a bigint)"), Self.files[0]])
            #expect(await failure { _ = try await changed.run(on: connection) } == .changed("0001_first.sql"))
            #expect(await failure { _ = try await changed.check(on: connection) } == .changed("0001_first.sql"))
            let older = try Migrator(files: [Self.files[1]])
            #expect(
                await failure { _ = try await older.run(on: connection) }
                    == .unknown(number: 2, name: "0002_second.sql"))
            connection.close()
        }
    }

    @Test("A migration that fails is rolled back whole, and those before it stay")
    func rollsBack() async throws {
        try await withDatabase { loop, settings in
            let connection = try await PostgresConnection.connect(settings, on: loop)
            let broken = try Migrator(files: Self.files + [("0003_third.sql", "DROP TABLE a; SELECT 1/0")])
            guard
                case .failed("0003_third.sql", let error) = await failure({ _ = try await broken.run(on: connection) })
            else {
                Issue.record("not failed")
                return
            }
            #expect(error.sqlState == "22012")
            #expect(try await connection.query("SELECT count(*) FROM a")[0][0].integer == 1)
            #expect(try await connection.query("SELECT max(number) FROM toprelay_migrations")[0][0].integer == 2)
            let selfish = try Migrator(files: Self.files + [("0003_third.sql", "DROP TABLE a; COMMIT")])
            #expect(
                await failure { _ = try await selfish.run(on: connection) } == .endsTransaction("0003_third.sql"))
            connection.close()
        }
    }

    @Test("Replicas that start at once apply each migration once")
    func takesTurns() async throws {
        try await withDatabase { loop, settings in
            let migrator = try Migrator(files: Self.files)
            let counts = await concurrently(4, on: loop) { _ -> Int in
                guard let connection = try? await PostgresConnection.connect(settings, on: loop) else { return -1 }
                defer { connection.close() }
                return (try? await migrator.run(on: connection).count) ?? -1
            }
            #expect(counts.sorted() == [0, 0, 0, 2])
        }
    }

    @Test(
        "File names that are not numbered, or numbered twice, are refused",
        arguments: [
            ["first.sql"], ["001_first.sql"], ["0001-first.sql"], ["0001_.sql"], ["0001_first.txt"],
            ["0001_a.sql", "0001_b.sql"],
        ])
    func badNames(names: [String]) {
        let error = #expect(throws: MigrationError.self) { try Migrator(files: names.map { ($0, "") }) }
        #expect(error == .badName(names.last ?? ""))
    }
}

import ArgumentParser
import Audit
import Migrations
import Postgres
import Service
import Vault

/// `toprelay migrate`: brings the database to this version's schema.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Applies the missing migrations, makes the audit trail's partitions and the vault's keys.")

    private static let firstMigration = "0001_vault"
    /// What an operator should know about a migration of a database that is in use.
    private static let remarks = [
        "0013_audit_note_scope":
            "tokens with the scope audit:read were given audit:note, which notes on calls need from now on"
    ]

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
            let applied = try await Self.migrate(settings)
            if applied.isEmpty { Output.line("nothing to do: the database is up to date") }
            for name in applied { Output.line("applied \(name)") }
            // A new database has nothing to remark on.
            guard !applied.contains(Self.firstMigration) else { return }
            for name in applied { if let remark = Self.remarks[name] { Output.line(remark) } }
        }
    }

    /// - Returns: the names of the migrations that were applied.
    @discardableResult
    static func migrate(_ settings: StoreSettings) async throws -> [String] {
        try await DatabaseSession.run(settings) { session in
            let connection = try await session.open()
            let applied = try await Migrator(files: Migrations.files).run(on: connection)
            _ = try await Partitions.makeAhead(on: connection)
            try await session.vault().ensureKeys()
            try await openToDashboards(connection)
            return applied.map(\.name)
        }
    }

    /// Views that a migration has added are granted too; and the role may have been made since the last time.
    private static func openToDashboards(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query("SELECT audit.open_to_dashboards() AS is_open")
        guard rows.first?["is_open"].bool == false else { return }
        Output.line(
            """
            dashboards cannot read the audit trail yet: this user may not make their role. As one who may, run \
            CREATE ROLE toprelay_dashboards NOLOGIN; and then `toprelay migrate` again
            """)
    }
}

import ArgumentParser
import Audit
import Resources
import Postgres
import Service
import Vault

/// `toprelay migrate`: updates the database to this version's schema.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Applies missing migrations, and creates the trail's partitions and the vault's keys.")

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
            let applied = try await Self.migrate(settings)
            if applied.isEmpty { Output.line("nothing to do: the database is up to date") }
            for name in applied { Output.line("applied \(name)") }
        }
    }

    /// - Returns: the names of the applied migrations.
    @discardableResult
    static func migrate(_ settings: StoreSettings) async throws -> [String] {
        try await DatabaseSession.run(settings) { session in
            let connection = try await session.open()
            let applied = try await Migrator(files: Resources.migrations).run(on: connection)
            _ = try await Partitions.makeAhead(on: connection)
            try await session.vault().ensureKeys()
            try await openToDashboards(connection)
            return applied.map(\.name)
        }
    }

    /// Grants the dashboards' role access to all views, including new ones. The role may be new, too.
    private static func openToDashboards(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query("SELECT audit.open_to_dashboards() AS is_open")
        guard rows.first?["is_open"].bool == false else { return }
        Output.line(
            """
            dashboards cannot read the audit trail yet, because this user may not create their role: as a privileged \
            user, run CREATE ROLE toprelay_dashboards NOLOGIN; and then run `toprelay migrate` again
            """)
    }
}

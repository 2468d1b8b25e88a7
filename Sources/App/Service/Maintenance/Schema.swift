import Logging
import Resources
import Postgres
import Telemetry

/// The database's schema does not fit this release.
struct SchemaError: Error, CustomStringConvertible {
    /// What is missing, and the command to run.
    let description: String
}

/// Compares the database's schema with the migrations in the binary.
enum Schema {
    /// Checks the schema. A newer schema only causes a warning, because a rolling update shows it to older replicas.
    /// - Throws: `SchemaError` for missing or changed migrations; other errors if PostgreSQL cannot answer.
    static func check(on connection: PostgresConnection, logger: Logger) async throws {
        do {
            let pending = try await Migrator(files: Resources.migrations).check(on: connection)
            guard !pending.isEmpty else { return }
            let names = pending.map(\.name).joined(separator: ", ")
            throw SchemaError(description: "the database lacks \(names): run `toprelay migrate`")
        } catch let failure as MigrationError {
            switch failure {
            case .database(let error): throw error
            case .unknown:
                logger.record(
                    .warning, "Database schema is newer than this release", [.error: failure.description])
            default: throw SchemaError(description: failure.description)
            }
        }
    }
}

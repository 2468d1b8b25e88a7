/// Why a schema cannot be updated.
package enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file's name does not have the form `NNNN_name.sql`, or two files have the same number.
    case badName(String)
    /// A file differs from the one that was applied under its number.
    case changed(String)
    /// The database has a migration of a newer release.
    case unknown(number: Int, name: String)
    /// A migration ended its own transaction.
    case endsTransaction(String)
    /// A migration failed and was rolled back. Earlier migrations stay.
    case failed(String, PostgresError)
    /// A query about the schema failed.
    case database(PostgresError)

    /// One line that states what to do.
    package var description: String {
        switch self {
        case .badName(let name):
            "migration \(name): name each file NNNN_name.sql, and use each number once"
        case .changed(let name):
            "migration \(name) was changed after it was applied: restore the file, and put the change in a new file"
        case .unknown(let number, let name):
            "the database has migration \(number) (\(name)), which this release does not know: run a newer release"
        case .endsTransaction(let name):
            "migration \(name) ends its own transaction: remove BEGIN and COMMIT"
        case .failed(let name, let error): "migration \(name) failed and was rolled back: \(error)"
        case .database(let error): "\(error)"
        }
    }
}

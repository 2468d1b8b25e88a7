import Bytes
package import Crypto
package import Postgres

/// An error of the vault. No description has a secret, a session, a token or a key.
package enum VaultError: Error, Sendable, CustomStringConvertible {
    /// A query of PostgreSQL failed.
    case database(PostgresError)
    /// libcrypto failed.
    case cryptography(CryptoError)
    /// The vault was sealed with a master key other than the configured one. The numbers are ids of keys, from their
    /// hashes.
    case wrongMasterKey(sealedWith: UInt32, configured: UInt32)
    /// A system key cannot be opened although the master key is right: it was damaged or moved.
    case unreadable(row: String)
    /// Sealing needs the master key, but none is set.
    case noMasterKey
    /// The vault's tables are missing, or are not those that this version expects.
    case notMigrated
    /// A table has more rows than the relay keeps in memory.
    case tooLarge(table: String, limit: Int)
    /// A table has a value that this version does not know.
    case unexpected(row: String, column: String)
    /// The input is not valid. `expectation` is the requirement. The value is not repeated.
    case invalid(field: String, expectation: String)
    /// The app, session or token does not exist.
    case notFound(String)
    /// A token with this name already exists.
    case taken(String)
    /// Another user of TOP than the one of the session has authorised the app.
    case otherUser(SessionName)
    /// The work was cancelled before its end.
    case interrupted
    /// The row is not in the state that the change requires.
    case conditionFailed

    /// The text for the operator.
    package var description: String {
        switch self {
        case .database(let error): "the vault could not be read or changed: \(error)"
        case .cryptography(let error): "the vault cannot be sealed or opened: \(error)"
        case .wrongMasterKey(let sealedWith, let configured):
            "TOPRELAY_MASTER_KEY does not hold the key that the vault was sealed with: "
                + "the vault has key id \(Hex.lower(sealedWith)), but the setting's first is \(Hex.lower(configured)); "
                + "set the right key, and check it with `toprelay migrate`"
        case .unreadable(let row):
            "\(row) cannot be opened with TOPRELAY_MASTER_KEY, because it was damaged or moved from another row; "
                + "restore this row from a backup of the database"
        case .noMasterKey: "TOPRELAY_MASTER_KEY is not set, but sealing needs it"
        case .notMigrated: "the vault's tables are missing or outdated: run `toprelay migrate`"
        case .tooLarge(let table, let limit):
            "\(table) has, or would have, more than the \(limit) rows that a replica keeps in memory"
        case .unexpected(let row, let column): "\(row) has a value in \(column) that this version does not know"
        case .invalid(let field, let expectation): "\(field): \(expectation)"
        case .notFound(let what): "there is no \(what)"
        case .otherUser(let session): "the session \(session) belongs to another user of TOP, and was kept"
        case .taken(let name): "a token \"\(name)\" already exists: remove it first, or choose another name"
        case .interrupted: "interrupted before the end; run it again, and it continues where it was"
        case .conditionFailed: "the stored row is not in the state that the change requires"
        }
    }

    /// Whether the input is wrong, as opposed to a failure of the system.
    package var isInputRefused: Bool {
        switch self {
        case .invalid, .taken, .conditionFailed: true
        default: false
        }
    }

    /// Whether a retry cannot help, because someone must change a setting or the database.
    package var isFinal: Bool {
        switch self {
        case .wrongMasterKey, .unreadable, .notMigrated, .tooLarge, .unexpected, .noMasterKey: true
        // A connection string that cannot work, or a database with the wrong encoding.
        case .database(let error): error.kind == .configuration
        default: false
        }
    }

    /// Makes an error from a failed statement of the vault. Missing tables mean missing migrations.
    package init(_ error: PostgresError) {
        switch error.sqlState {
        case "42P01", "3F000", "42703", "42883": self = .notMigrated
        default: self = .database(error)
        }
    }
}

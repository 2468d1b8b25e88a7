package import Crypto
package import Postgres

/// What went wrong with the vault. No description holds a secret, a session, a token or a key.
package enum VaultError: Error, Sendable, CustomStringConvertible {
    /// PostgreSQL could not be asked, or refused.
    case database(PostgresError)
    /// libcrypto failed.
    case cryptography(CryptoError)
    /// The vault was sealed with another master key than the one at hand; ids of keys, from their hashes.
    case wrongMasterKey(sealedWith: UInt32, atHand: UInt32)
    /// A key of the system does not open though the master key is the right one: its blob was damaged or moved.
    case unreadable(row: String)
    /// Sealing needs the master key, and none is set.
    case noMasterKey
    /// The vault's tables are not there, or not as this version expects them.
    case notMigrated
    /// A table holds more rows than the relay keeps in memory.
    case tooLarge(table: String, limit: Int)
    /// A table holds a value that this version does not know.
    case unexpected(row: String, column: String)
    /// The input is not acceptable. `expectation` says what is; the value itself is not repeated.
    case invalid(field: String, expectation: String)
    /// There is no such app, session or token.
    case notFound(String)
    /// A token of this name exists already.
    case taken(String)

    /// A sentence for an operator.
    package var description: String {
        switch self {
        case .database(let error): "the vault could not be read or changed: \(error)"
        case .cryptography(let error): "the vault cannot be sealed or opened: \(error)"
        case .wrongMasterKey(let sealedWith, let atHand):
            "TOPRELAY_MASTER_KEY is not the key that the vault was sealed with: "
                + "the vault has key id \(Self.hex(sealedWith)), the setting gives \(Self.hex(atHand)); "
                + "set the right key, and check it with `toprelay migrate`"
        case .unreadable(let row):
            "\(row) does not open under TOPRELAY_MASTER_KEY, because it was damaged or moved from another row; "
                + "restore this row from a backup of the database"
        case .noMasterKey: "TOPRELAY_MASTER_KEY is not set, and is needed to seal"
        case .notMigrated: "the vault's tables are missing or outdated: run `toprelay migrate`"
        case .tooLarge(let table, let limit):
            "\(table) would hold, or holds, more than the \(limit) rows that a replica keeps in memory"
        case .unexpected(let row, let column): "\(row) holds a value in \(column) that this version does not know"
        case .invalid(let field, let expectation): "\(field): \(expectation)"
        case .notFound(let what): "there is no \(what)"
        case .taken(let name): "there is a token \"\(name)\" already: remove it first, or choose another name"
        }
    }

    /// Whether the input was refused, as opposed to a failure of the system.
    package var isInputRefused: Bool {
        switch self {
        case .invalid, .taken: true
        default: false
        }
    }

    /// Whether trying again cannot help: somebody must change a setting or the database.
    package var isFinal: Bool {
        switch self {
        case .wrongMasterKey, .unreadable, .notMigrated, .tooLarge, .unexpected, .noMasterKey: true
        // A connection string that cannot work, or a database of another encoding.
        case .database(let error): error.kind == .configuration
        default: false
        }
    }

    /// A failure of the vault's own statements: tables that are missing ask for migrations.
    init(_ error: PostgresError) {
        switch error.sqlState {
        case "42P01", "3F000", "42703", "42883": self = .notMigrated
        default: self = .database(error)
        }
    }

    private static func hex(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

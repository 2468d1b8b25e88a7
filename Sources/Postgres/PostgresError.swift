/// What went wrong with a connection or a statement.
///
/// `description` is safe to show and to log: it never holds a password, nor a server message that may quote values of a
/// row (data and integrity errors are told by their SQLSTATE, table, column and constraint alone).
/// `debugDescription` holds all that the server said, and is for tests and a developer's eyes.
public struct PostgresError: Error, Sendable, Equatable {
    /// The kinds of failure that a caller tells apart.
    public enum Kind: String, Sendable {
        /// The connection string or a setting cannot be used.
        case configuration
        /// No connection could be made, or an open one was lost. Whether a statement under way was carried out is
        /// unknown.
        case connection
        /// The server refused a statement, and its transaction is rolled back. `sqlState` is set.
        case server
        /// No answer in time. The connection is closed, and the server is asked to cancel.
        case timeout
        /// An own limit was reached: nothing was sent.
        case overloaded
        /// The connection was closed by its owner.
        case closed
        /// libpq or the server did something that this module does not expect.
        case `protocol`
    }

    /// The kind of failure.
    public let kind: Kind
    /// The five characters by which PostgreSQL names an error, when the server gave one.
    public let sqlState: String?
    /// True when the server ended the connection with this error (severity FATAL or PANIC).
    public let isFatal: Bool
    /// The table that the error names.
    public let table: String?
    /// The column that the error names.
    public let column: String?
    /// The constraint that the error names.
    public let constraint: String?

    let message: String
    let detail: String?
    let hint: String?
    let context: String?

    /// An error of this module's own, whose message is safe to show.
    init(_ kind: Kind, _ message: String, sqlState: String? = nil) {
        self.kind = kind
        self.sqlState = sqlState
        self.isFatal = false
        self.table = nil
        self.column = nil
        self.constraint = nil
        self.message = message
        self.detail = nil
        self.hint = nil
        self.context = nil
    }

    /// An error as the server's fields give it.
    init(kind: Kind, fields: ServerFields) {
        self.kind = kind
        self.sqlState = fields.sqlState
        self.isFatal = fields.isFatal
        self.table = fields.table
        self.column = fields.column
        self.constraint = fields.constraint
        self.message = fields.message
        self.detail = fields.detail
        self.hint = fields.hint
        self.context = fields.context
    }

    /// The fields of a server's error report that this module keeps.
    struct ServerFields {
        var sqlState: String?
        var isFatal = false
        var message = ""
        var detail: String?
        var hint: String?
        var context: String?
        var table: String?
        var column: String?
        var constraint: String?
    }
}

extension PostgresError {
    /// True when the same statement may succeed later without anything being changed about it: the connection, the
    /// server's resources, a lock, or a server that is starting, stopping or a read-only replica was the cause.
    public var isTransient: Bool {
        switch kind {
        case .connection, .timeout, .overloaded: return true
        case .configuration, .closed, .protocol: return false
        case .server: return isFatal || sqlState.map(Self.isTransient(sqlState:)) ?? false
        }
    }

    /// True when a row has no partition to go to, or does not fit the partition that it was sent to.
    ///
    /// Told from a check constraint by the constraint's name, which PostgreSQL leaves out here: the message itself is
    /// translated by `lc_messages`.
    public var isMissingPartition: Bool { sqlState == "23514" && constraint == nil && table != nil }

    /// True when a row with the same key is there already.
    public var isUniqueViolation: Bool { sqlState == "23505" }

    private static func isTransient(sqlState: String) -> Bool {
        switch sqlState {
        case "25006", "40001", "40P01", "55P03", "55006", "57014": return true
        default:
            let sqlClass = sqlState.prefix(2)
            return sqlClass == "08" || sqlClass == "53" || sqlClass == "58" || sqlState.hasPrefix("57P")
        }
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line without any value of a row or a secret.
    public var description: String {
        var text = "PostgreSQL, \(kind.rawValue)"
        if let sqlState { text += " \(sqlState)" }
        if mayShowMessage, !message.isEmpty { text += ": \(message)" }
        if let table { text += ", table \(table)" }
        if let column { text += ", column \(column)" }
        if let constraint { text += ", constraint \(constraint)" }
        return text
    }

    /// Everything that is known, values of rows included.
    public var debugDescription: String {
        var text = "PostgreSQL, \(kind.rawValue)"
        if let sqlState { text += " \(sqlState)" }
        text += ": \(message)"
        let parts = [
            ("detail", detail), ("hint", hint), ("context", context), ("table", table), ("column", column),
            ("constraint", constraint),
        ]
        for (name, value) in parts {
            if let value { text += "\n\(name): \(value)" }
        }
        return text
    }

    /// Messages of these classes name objects, limits and states; those of all others may quote a row.
    private var mayShowMessage: Bool {
        guard let sqlState else { return true }
        let shown = ["08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"]
        return shown.contains(String(sqlState.prefix(2)))
    }
}

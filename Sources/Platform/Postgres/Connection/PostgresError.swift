/// A failure of a connection or a statement.
///
/// `description` is safe to show and to log. It never contains a password or a server message that may quote row
/// values. Data and integrity errors show only their SQLSTATE, table, column and constraint. `debugDescription`
/// contains everything that the server sent. It is for tests and developers.
package struct PostgresError: Error, Sendable, Equatable {
    /// The kinds of failure.
    package enum Kind: String, Sendable {
        /// The connection string or a setting cannot be used.
        case configuration
        /// No connection could be made, or an open one was lost. A running statement may or may not have been executed.
        case connection
        /// The server refused a statement and rolled back its transaction. `sqlState` is set.
        case server
        /// No answer arrived in time. The connection is closed, and the server is asked to cancel.
        case timeout
        /// A limit of this module was reached. Nothing was sent.
        case overloaded
        /// The owner closed the connection.
        case closed
        /// libpq or the server did something unexpected.
        case `protocol`
    }

    /// The kind of failure.
    package let kind: Kind
    /// PostgreSQL's five-character error code, if the server sent one.
    package let sqlState: String?
    /// True if the server ended the connection with this error (severity FATAL or PANIC).
    package let isFatal: Bool
    /// The table that the error names.
    package let table: String?
    /// The column that the error names.
    package let column: String?
    /// The constraint that the error names.
    package let constraint: String?

    let message: String
    let detail: String?
    let hint: String?
    let context: String?

    /// An error of this module. Its message is safe to show.
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

    /// An error from the server's fields.
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

    /// The fields of the server's error report that this module keeps.
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
    /// True if the same statement may succeed later. The cause was the connection, a resource, a lock, or a server that
    /// is starting, stopping or read-only.
    package var isTransient: Bool {
        switch kind {
        case .connection, .timeout, .overloaded: return true
        case .configuration, .closed, .protocol: return false
        case .server: return isFatal || sqlState.map(Self.isTransient(sqlState:)) ?? false
        }
    }

    /// True if no partition accepts the row.
    ///
    /// Check constraints have the same SQLSTATE, but PostgreSQL names a constraint only for them. The message does not
    /// help, because `lc_messages` translates it.
    package var isMissingPartition: Bool { sqlState == "23514" && constraint == nil && table != nil }

    /// True if a row with the same key exists.
    package var isUniqueViolation: Bool { sqlState == "23505" }

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
    /// One line without row values and secrets.
    package var description: String {
        var text = "PostgreSQL, \(kind.rawValue)"
        if let sqlState { text += " \(sqlState)" }
        if mayShowMessage, !message.isEmpty { text += ": \(message)" }
        if let table { text += ", table \(table)" }
        if let column { text += ", column \(column)" }
        if let constraint { text += ", constraint \(constraint)" }
        return text
    }

    /// Everything that is known, including row values.
    package var debugDescription: String {
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

    /// Messages of these classes name objects, limits and states. All others may quote a row.
    private var mayShowMessage: Bool {
        guard let sqlState else { return true }
        let shown = ["08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"]
        return shown.contains(String(sqlState.prefix(2)))
    }
}

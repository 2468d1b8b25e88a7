/// A table of a `BatchWriter`, with the columns of its rows in the order of their fields.
package struct TableLayout: Sendable, Equatable {
    /// One column of the rows.
    package struct Column: Sendable, Equatable {
        /// The column's name.
        package let name: String
        /// Its SQL type in the form of a cast, such as `uuid`, `timestamptz` or `text[]`.
        package let sqlType: String
        /// True if the value may be replaced by NULL when the server refuses the row's data.
        package let isDroppable: Bool

        /// A column by its name and SQL type.
        package init(_ name: String, _ sqlType: String, isDroppable: Bool = false) {
            self.name = name
            self.sqlType = sqlType
            self.isDroppable = isDroppable
        }
    }

    /// The table's name with its schema, such as `audit.intents`.
    package let name: String
    /// The columns of its rows.
    package let columns: [Column]

    /// A table by its name with schema, and its columns.
    package init(name: String, columns: [Column]) {
        self.name = name
        self.columns = columns
    }
}

extension TableLayout {
    var hasDroppableColumns: Bool { columns.contains { $0.isDroppable } }

    private var quotedName: String {
        name.split(separator: ".").map { SQL.quotedName(String($0)) }.joined(separator: ".")
    }

    private var columnList: String { columns.map { SQL.quotedName($0.name) }.joined(separator: ",") }

    /// The `COPY` statement for this table's rows.
    var copyStatement: String { "COPY \(quotedName) (\(columnList)) FROM STDIN (FORMAT binary)" }

    /// A `PREPARE` statement for an INSERT with one parameter for each column.
    func prepareStatement(named statement: String) -> String {
        let types = columns.map(\.sqlType).joined(separator: ",")
        let places = (1...max(columns.count, 1)).map { "$\($0)" }.joined(separator: ",")
        return "PREPARE \(statement)(\(types)) AS INSERT INTO \(quotedName) (\(columnList)) VALUES (\(places))"
    }
}

/// Quoting of names that cannot be parameters.
enum SQL {
    static func quotedName(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

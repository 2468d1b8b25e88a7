/// A table that a `GroupWriter` writes to: which columns its rows fill, in the order of their fields.
public struct TableLayout: Sendable, Equatable {
    /// One column of the rows.
    public struct Column: Sendable, Equatable {
        /// The column's name.
        public let name: String
        /// Its SQL type as a cast takes it: `uuid`, `timestamptz`, `text[]`, …
        public let sqlType: String
        /// True for a body that may be written as NULL when the server refuses the row's data.
        public let isSacrificial: Bool

        /// A column by its name and SQL type.
        public init(_ name: String, _ sqlType: String, isSacrificial: Bool = false) {
            self.name = name
            self.sqlType = sqlType
            self.isSacrificial = isSacrificial
        }
    }

    /// The table's name, with its schema: `audit.intents`.
    public let name: String
    /// The columns that its rows fill.
    public let columns: [Column]

    /// A table by its name, with its schema, and its columns.
    public init(name: String, columns: [Column]) {
        self.name = name
        self.columns = columns
    }
}

extension TableLayout {
    var hasSacrificialColumns: Bool { columns.contains { $0.isSacrificial } }

    private var quotedName: String {
        name.split(separator: ".").map { SQL.quotedName(String($0)) }.joined(separator: ".")
    }

    private var columnList: String { columns.map { SQL.quotedName($0.name) }.joined(separator: ",") }

    /// `COPY …` that takes this table's rows.
    var copyStatement: String { "COPY \(quotedName) (\(columnList)) FROM STDIN (FORMAT binary)" }

    /// `PREPARE name AS INSERT …` with one parameter a column.
    func prepareStatement(named statement: String) -> String {
        let types = columns.map(\.sqlType).joined(separator: ",")
        let places = (1...max(columns.count, 1)).map { "$\($0)" }.joined(separator: ",")
        return "PREPARE \(statement)(\(types)) AS INSERT INTO \(quotedName) (\(columnList)) VALUES (\(places))"
    }
}

/// Quoting for names and texts that cannot be parameters.
enum SQL {
    static func quotedName(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

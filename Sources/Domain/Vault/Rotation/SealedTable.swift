/// A column of sealed values, for those who visit all of them: a rotation of the master key, and its check. Every
/// table with sealed values must be in ``vault`` or in the list of its own module.
package struct SealedTable: Sendable, CustomStringConvertible {
    /// A column of the primary key, with its SQL type.
    package struct Key: Sendable {
        let name: String
        let type: String

        /// A column of the primary key.
        package init(_ name: String, _ type: String) {
            self.name = name
            self.type = type
        }
    }

    let table: String
    let column: String
    let keys: [Key]
    /// The column that repeats the id of the sealing key; nil if there is none.
    let keyIDColumn: String?
    /// Whether replicas keep the table in memory, so that changes of it happen one at a time.
    let isOfVault: Bool
    /// The associated data of a value, from the texts of its primary key. Nil if they are not valid.
    let associatedData: @Sendable ([String]) -> [UInt8]?

    /// A column of another module.
    /// - Parameter associatedData: gives the associated data of a value, from the texts of its primary key.
    package init(
        table: String, column: String, keys: [Key], keyIDColumn: String? = nil,
        associatedData: @escaping @Sendable ([String]) -> [UInt8]?
    ) {
        self.init(
            table: table, column: column, keys: keys, keyIDColumn: keyIDColumn, isOfVault: false,
            associatedData: associatedData)
    }

    private init(
        table: String, column: String, keys: [Key], keyIDColumn: String?, isOfVault: Bool,
        associatedData: @escaping @Sendable ([String]) -> [UInt8]?
    ) {
        self.table = table
        self.column = column
        self.keys = keys
        self.keyIDColumn = keyIDColumn
        self.isOfVault = isOfVault
        self.associatedData = associatedData
    }

    /// The table and the column.
    package var description: String { "\(table).\(column)" }

    /// The text for the operator that names a row: the table, the column and the primary key.
    func name(ofRow keys: [String]) -> String { "\(self)/\(keys.joined(separator: "/"))" }
}

extension SealedTable {
    /// The sealed columns of the vault.
    package static let vault: [SealedTable] = [
        ofVault("vault.keys", "sealed", [Key("name", "text"), Key("version", "smallint")]),
        ofVault("vault.apps", "secret_sealed", [Key("name", "text")]),
        ofVault("vault.apps", "proxy_password_sealed", [Key("name", "text")]),
        ofVault("vault.sessions", "session_sealed", [Key("app", "text"), Key("seller", "text")]),
        ofVault("vault.sessions", "refresh_sealed", [Key("app", "text"), Key("seller", "text")]),
    ]

    private static func ofVault(_ table: String, _ column: String, _ keys: [Key]) -> SealedTable {
        SealedTable(table: table, column: column, keys: keys, keyIDColumn: nil, isOfVault: true) { values in
            SealedColumn(table: table, column: column, key: values.joined(separator: "/")).associatedData
        }
    }
}

// MARK: - Statements

extension SealedTable {
    /// The rows that one statement looks at.
    static let rowsPerScan = 5000
    /// The rows that one statement returns or changes.
    static let rowsPerBatch = 500
    /// The bytes of sealed values after which a batch ends.
    static let bytesPerBatch = 4 << 20

    private func list(_ make: (Int, Key) -> String) -> String {
        keys.enumerated().map { make($0.offset, $0.element) }.joined(separator: ", ")
    }

    private var names: String { list { $1.name } }

    /// Reads sealed values in the order of the primary key. Its last row has no value if the scan reached its end;
    /// the next scan continues after the last row in any case.
    /// - Parameters:
    ///   - isFirst: whether it starts at the first row. Otherwise the first parameters are the primary key to start
    ///     after.
    ///   - exceptKey: the text of a `bytea` literal: values of this key's id are left out; nil returns all.
    func scan(isFirst: Bool, exceptKey: String?) -> String {
        // The comparison of the first column alone lets the planner leave partitions out.
        let after =
            isFirst
            ? ""
            : "WHERE (\(names)) > (\(list { "$\($0 + 1)::\($1.type)" })) "
                + "AND \(keys[0].name) >= $1::\(keys[0].type)"
        let wanted = exceptKey.map { " AND substring(value FROM 2 FOR 4) <> '\($0)'::bytea" } ?? ""
        return """
            WITH page AS MATERIALIZED (
                SELECT \(names), \(column) AS value FROM \(table) \(after) ORDER BY \(names) LIMIT \(Self.rowsPerScan)
            ), found AS (
                SELECT \(names), value, row_number() OVER w AS place,
                       sum(octet_length(value)) OVER w - octet_length(value) AS bytes_before
                FROM page WHERE value IS NOT NULL\(wanted) WINDOW w AS (ORDER BY \(names))
            ), batch AS (
                SELECT \(names), value FROM found
                WHERE place <= \(Self.rowsPerBatch) AND bytes_before < \(Self.bytesPerBatch)
            )
            SELECT \(list { "\($1.name)::text" }), value FROM (
                SELECT \(names), value FROM batch
                UNION ALL
                (SELECT \(names), NULL FROM page WHERE (SELECT count(*) FROM found) = (SELECT count(*) FROM batch)
                 ORDER BY \(list { "\($1.name) DESC" }) LIMIT 1)
            ) AS rows ORDER BY \(names), value IS NULL
            """
    }

    /// Replaces sealed values that are still the same. Its parameters are arrays: one for each column of the primary
    /// key, the SHA-256 of the old values, and the new values. For partitions the first and last time follow.
    func replacement(keyID: UInt32) -> String {
        let count = keys.count
        let same = keys.map { "t.\($0.name) = n.\($0.name)::\($0.type)" }.joined(separator: " AND ")
        let range =
            isPartitioned
            ? " AND t.\(keys[0].name) BETWEEN $\(count + 3)::timestamptz AND $\(count + 4)::timestamptz" : ""
        return """
            UPDATE \(table) AS t SET \(column) = n.new_value\(keyIDColumn.map { ", \($0) = \(keyID)" } ?? "")
            FROM unnest(\(list { index, _ in "$\(index + 1)::text[]" }), $\(count + 1)::bytea[], $\(count + 2)::bytea[])
                AS n(\(names), old_hash, new_value)
            WHERE \(same) AND sha256(t.\(column)) = n.old_hash\(range)
            """
    }

    /// Whether the table has a partition for each day of its first key.
    var isPartitioned: Bool { keys[0].type == "timestamptz" }
}

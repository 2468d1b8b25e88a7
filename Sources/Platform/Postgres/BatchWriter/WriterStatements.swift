/// The statements for a writer's tables in libpq's form. They are made once and sent with every batch.
struct WriterStatements {
    /// A script that fails on a read-only server and prepares an INSERT for each table.
    let preparation: String
    /// The name of each table's prepared INSERT.
    let names: [[CChar]]
    /// The largest number of columns in a table.
    let widest: Int
    private let copies: [String]
    private let copyOfAll: [CChar]

    /// Fails with SQLSTATE 25006 on a standby and in any other read-only session. Without this check such a connection
    /// would seem to work until the first rows come.
    private static let refusalOfReadOnlyServers = """
        DO $$ BEGIN IF current_setting('transaction_read_only')::boolean THEN
            RAISE EXCEPTION 'the server is read-only' USING ERRCODE = '25006';
        END IF; END $$
        """

    init(_ tables: [TableLayout]) {
        let names = tables.indices.map { "w\($0)" }
        let inserts = zip(tables, names).map { $0.prepareStatement(named: $1) }
        preparation = ([Self.refusalOfReadOnlyServers] + inserts).joined(separator: ";")
        self.names = names.map(Self.terminated)
        widest = tables.map(\.columns.count).max() ?? 0
        copies = tables.map(\.copyStatement)
        copyOfAll = Self.terminated(copies.joined(separator: ";"))
    }

    /// A script that copies into some of the tables, in ascending order.
    func copy(into tables: [Int]) -> [CChar] {
        if tables.count == copies.count { return copyOfAll }
        return Self.terminated(tables.map { copies[$0] }.joined(separator: ";"))
    }

    private static func terminated(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } + [0] }
}

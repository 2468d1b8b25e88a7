/// The statements of a writer's tables, as libpq takes them: made once, sent with every batch.
struct WriterStatements {
    /// A script that refuses a server that takes no writes, and prepares an INSERT for each table.
    let preparation: String
    /// The name of each table's prepared INSERT.
    let names: [[CChar]]
    /// The most columns of a table.
    let widest: Int
    private let copies: [String]
    private let copyOfAll: [CChar]

    /// Fails with SQLSTATE 25006 on a standby, and wherever else a session is read-only. Without it such a connection
    /// would look like a working one until the first rows come.
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

    /// COPY into some of the tables, in rising order, as a script.
    func copy(into tables: [Int]) -> [CChar] {
        if tables.count == copies.count { return copyOfAll }
        return Self.terminated(tables.map { copies[$0] }.joined(separator: ";"))
    }

    private static func terminated(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } + [0] }
}

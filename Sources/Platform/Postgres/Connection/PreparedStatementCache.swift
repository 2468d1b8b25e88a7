/// The statements that a connection keeps prepared. A statement is prepared when its text comes a second time.
///
/// A statement over many partitions takes longer to plan than to run. Each plan needs memory in PostgreSQL's process
/// for the connection, so the number of statements is limited.
struct PreparedStatementCache {
    /// The largest number of remembered texts, prepared or not.
    static let maximumCount = 32

    /// How to run a text.
    enum Way: Equatable {
        /// Run it directly, because the text is new.
        case once
        /// Prepare it under this name, then execute it.
        case prepare(String)
        /// Execute the prepared statement of this name.
        case execute(String)
    }

    private struct Entry {
        var name: String?
        var lastUse: UInt64
    }

    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0
    private var made: UInt64 = 0

    /// How to run a text now.
    /// - Returns: how to run it, and the name of a statement to deallocate first.
    mutating func next(for sql: String) -> (way: Way, dropped: String?) {
        uses += 1
        guard let entry = entries[sql] else {
            let dropped = entries.count >= Self.maximumCount ? dropOldest() : nil
            entries[sql] = Entry(lastUse: uses)
            return (.once, dropped)
        }
        entries[sql]?.lastUse = uses
        if let name = entry.name { return (.execute(name), nil) }
        made += 1
        let name = "k\(made)"
        entries[sql]?.name = name
        return (.prepare(name), nil)
    }

    /// Forgets a text whose statement is missing or outdated.
    mutating func forget(_ sql: String) { entries[sql] = nil }

    private mutating func dropOldest() -> String? {
        guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}

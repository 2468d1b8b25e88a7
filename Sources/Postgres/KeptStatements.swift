/// The statements that a connection keeps prepared: those that came at least twice, as far as there is room.
///
/// A statement over many partitions takes several times as long to plan as to run. PostgreSQL holds the plan of each in the memory of the connection's
/// process, so that their number is bounded.
struct KeptStatements {
    /// Texts remembered at most, with a statement or without one yet.
    static let maximumCount = 32

    /// How a text is to be run.
    enum Way: Equatable {
        /// As it stands: it came for the first time.
        case once
        /// As a new statement of this name.
        case prepare(String)
        /// As the statement that has this name.
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
    /// - Returns: the way, and the name of a statement that has to go first.
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

    /// The statement of a text is not there, or of no use.
    mutating func forget(_ sql: String) { entries[sql] = nil }

    private mutating func dropOldest() -> String? {
        guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}

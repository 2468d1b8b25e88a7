public import Catalog
import Locks

/// The catalog in force, which may be replaced as a whole while calls are made.
public final class CatalogHolder: Sendable {
    private struct State {
        var catalog: Catalog
        var faults: [CatalogError.Fault] = []
    }

    /// The folder with entries beside the embedded ones; nil if there is none.
    let folder: WatchedFolder?
    /// How the folder looked when the catalog was made of it.
    let firstStamp: WatchedFolder.Stamp?
    private let state: Locked<State>

    /// The embedded entries, and those of the folder.
    /// - Throws: every fault of the folder's files.
    public init(folder: String?) throws(CatalogError) {
        guard let folder else {
            self.folder = nil
            firstStamp = nil
            state = Locked(State(catalog: try Catalog.embedded()))
            return
        }
        let source = WatchedFolder(path: folder)
        firstStamp = try source.stamp()
        state = Locked(State(catalog: try Catalog.embedded(with: try source.files())))
        self.folder = source
    }

    /// The catalog in force. A request takes it once.
    public var current: Catalog { state.withLock { $0.catalog } }

    /// The faults of the folder as it is now; while there are any, `current` is its last good state.
    var faults: [CatalogError.Fault] { state.withLock { $0.faults } }

    /// The state in words, as `/readyz` shows it.
    var inWords: String {
        let (count, faults) = state.withLock { ($0.catalog.entries.count, $0.faults) }
        guard let first = faults.first else { return "\(count) methods" }
        return
            "\(count) methods; the folder is broken and its last good state in force, \(faults.count) fault(s): \(first)"
    }

    /// Puts a good catalog in force.
    func install(_ catalog: Catalog) { state.withLock { $0 = State(catalog: catalog) } }

    /// Notes that the folder is broken; the catalog in force stays.
    func note(_ faults: [CatalogError.Fault]) { state.withLock { $0.faults = faults } }
}

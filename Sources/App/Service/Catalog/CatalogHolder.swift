import AdminAPI
package import Catalog
import Locks

/// Holds the current catalog. A new catalog can replace it while calls run.
package final class CatalogHolder: Sendable {
    private struct State {
        var catalog: Catalog
        var faults: [CatalogError.Fault] = []
    }

    /// The folder with additional entries; nil if there is none.
    let folder: WatchedFolder?
    /// The folder's stamp when the first catalog was made.
    let firstStamp: WatchedFolder.Stamp?
    private let held: Locked<State>

    /// Makes the catalog from the embedded entries and those of the folder.
    /// - Throws: every fault of the folder's files.
    package init(folder: String?) throws(CatalogError) {
        guard let folder else {
            self.folder = nil
            firstStamp = nil
            held = Locked(State(catalog: try Catalog.embedded()))
            return
        }
        let source = WatchedFolder(path: folder)
        firstStamp = try source.stamp()
        held = Locked(State(catalog: try Catalog.embedded(with: try source.files())))
        self.folder = source
    }

    /// The current catalog. Each request takes it once.
    package var current: Catalog { held.withLock { $0.catalog } }

    /// The faults of the folder. With any fault, `current` is the last good catalog.
    var faults: [CatalogError.Fault] { held.withLock { $0.faults } }

    /// A summary for `/readyz`.
    var summary: String {
        let (count, losses, faults) = held.withLock {
            ($0.catalog.entries.count, $0.catalog.protectionsLost, $0.faults)
        }
        guard let first = faults.first else {
            return (["\(count) methods"] + losses.map(\.description)).joined(separator: "; ")
        }
        return
            "\(count) methods; the last good catalog stays in use because of \(faults.count) fault(s): \(first)"
    }

    /// The state for `GET /v1/admin/catalog`.
    var state: CatalogState {
        let (catalog, faults) = held.withLock { ($0.catalog, $0.faults) }
        return CatalogState(
            methods: catalog.entries.count, folder: folder?.path, faults: faults,
            protectionsLost: catalog.protectionsLost)
    }

    /// Replaces the catalog.
    func install(_ catalog: Catalog) { held.withLock { $0 = State(catalog: catalog) } }

    /// Notes faults of the folder. The current catalog stays.
    func note(_ faults: [CatalogError.Fault]) { held.withLock { $0.faults = faults } }
}

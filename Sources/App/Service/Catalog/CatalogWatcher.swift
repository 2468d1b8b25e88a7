import Catalog
import Logging
import Telemetry

/// Watches the catalog folder while the service runs. A changed folder is read as a whole. The new catalog is installed
/// only if it has no fault.
///
/// It reads files, so it does not run on an event loop.
struct CatalogWatcher: Sendable {
    /// The interval between two checks of the folder.
    static let checkEvery: Duration = .seconds(2)
    /// The largest number of logged faults of one state of the folder.
    static let maximumLogged = 20

    let holder: CatalogHolder
    let logger: Logger

    /// Watches until the task is cancelled.
    func run() async throws {
        guard let folder = holder.folder else { return try await waitForEnd() }
        reportLosses(of: holder.current)
        let looking = Task.detached {
            var look = Known(stamp: holder.firstStamp)
            while !Task.isCancelled {
                try await Task.sleep(for: Self.checkEvery)
                self.check(folder, &look)
            }
        }
        try await withTaskCancellationHandler {
            try await looking.value
        } onCancel: {
            looking.cancel()
        }
    }

    /// What is known about the folder.
    struct Known {
        /// The folder's stamp when it was last read. Nil if it could not be read.
        var stamp: WatchedFolder.Stamp?
    }

    /// Checks the folder once.
    func check(_ folder: WatchedFolder, _ look: inout Known) {
        do throws(CatalogError) {
            guard let files = try changedFiles(of: folder, &look) else { return }
            let catalog = try Catalog.embedded(with: files)
            holder.install(catalog)
            logger.record(
                .info, "Installed the changed catalog folder", [.count: "\(catalog.entries.count)"])
            reportLosses(of: catalog)
        } catch {
            report(error.faults)
        }
    }

    /// The folder's files, or nil if it has not changed.
    private func changedFiles(of folder: WatchedFolder, _ look: inout Known) throws(CatalogError) -> [CatalogFile]? {
        let known = look.stamp
        // An unreadable folder is read again each time.
        look.stamp = nil
        let stamp = try folder.stamp()
        if stamp == known {
            look.stamp = stamp
            return nil
        }
        let files = try folder.files()
        // If the folder changed during the read, the next check reads it again.
        guard try folder.stamp() == stamp else { return nil }
        look.stamp = stamp
        return files
    }

    /// Logs what own overlays switch off of the embedded ones.
    private func reportLosses(of catalog: Catalog) {
        for loss in catalog.protectionsLost.prefix(Self.maximumLogged) {
            logger.record(.warning, "An overlay weakens the embedded one", [.file: loss.place, .reason: loss.detail])
        }
    }

    /// Logs new faults. The current catalog stays.
    private func report(_ faults: [CatalogError.Fault]) {
        guard faults != holder.faults else { return }
        holder.note(faults)
        logger.record(
            .error, "Catalog folder has faults, keeping the last good catalog", [.count: "\(faults.count)"])
        for fault in faults.prefix(Self.maximumLogged) {
            logger.record(.error, "Catalog fault", [.file: fault.place, .error: fault.detail])
        }
    }

    private func waitForEnd() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}

extension CatalogError.Fault {
    /// `FILE:LINE`, or only the file.
    var place: String { line.map { "\(file):\($0)" } ?? file }
}

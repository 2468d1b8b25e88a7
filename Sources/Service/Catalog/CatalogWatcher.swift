import Catalog
import Logging
import Telemetry

/// Follows the catalog's folder while the service runs: a changed folder is read and checked as a whole, and swapped in
/// only if all of it is good.
///
/// It reads files, so it runs on no event loop.
struct CatalogWatcher: Sendable {
    /// How often the folder is looked at.
    static let lookEvery: Duration = .seconds(2)
    /// The most faults of one state of the folder that are logged.
    static let maximumLogged = 20

    let holder: CatalogHolder
    let logger: Logger

    /// Looks until the task is cancelled.
    func run() async throws {
        guard let folder = holder.folder else { return try await waitForEnd() }
        let looking = Task.detached {
            var look = Look(stamp: holder.firstStamp)
            while !Task.isCancelled {
                try await Task.sleep(for: Self.lookEvery)
                self.look(at: folder, &look)
            }
        }
        try await withTaskCancellationHandler {
            try await looking.value
        } onCancel: {
            looking.cancel()
        }
    }

    /// What is known of the folder.
    struct Look {
        /// How it was when it was last read; nil while it cannot be looked at.
        var stamp: WatchedFolder.Stamp?
    }

    /// Looks once.
    func look(at folder: WatchedFolder, _ look: inout Look) {
        do throws(CatalogError) {
            guard let files = try changedFiles(of: folder, &look) else { return }
            let catalog = try Catalog.embedded(with: files)
            holder.install(catalog)
            logger.record(
                .info, "The catalog's folder has changed and is in force", [.count: "\(catalog.entries.count)"])
        } catch {
            report(error.faults)
        }
    }

    /// The folder's files, if it is not as it was.
    private func changedFiles(of folder: WatchedFolder, _ look: inout Look) throws(CatalogError) -> [CatalogFile]? {
        let known = look.stamp
        // What cannot be read is looked at anew each time.
        look.stamp = nil
        let stamp = try folder.stamp()
        if stamp == known {
            look.stamp = stamp
            return nil
        }
        let files = try folder.files()
        // A folder that changed while it was read is read again at the next look.
        guard try folder.stamp() == stamp else { return nil }
        look.stamp = stamp
        return files
    }

    /// Tells of faults once, and keeps the catalog in force.
    private func report(_ faults: [CatalogError.Fault]) {
        guard faults != holder.faults else { return }
        holder.note(faults)
        logger.record(
            .error, "The catalog's folder is broken; its last good state stays in force", [.count: "\(faults.count)"])
        for fault in faults.prefix(Self.maximumLogged) {
            logger.record(.error, "A fault of the catalog", [.file: fault.place, .error: fault.detail])
        }
    }

    private func waitForEnd() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}

extension CatalogError.Fault {
    /// `FILE:LINE`, or the file alone.
    var place: String { line.map { "\(file):\($0)" } ?? file }
}

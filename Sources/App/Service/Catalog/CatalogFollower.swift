package import Logging
import ServiceLifecycle

/// Follows a catalog folder for programs without a `RelayService`.
package struct CatalogFollower: Service {
    private let watcher: CatalogWatcher

    /// Follows the folder of `holder`.
    package init(holder: CatalogHolder, logger: Logger) {
        watcher = CatalogWatcher(holder: holder, logger: logger)
    }

    /// Watches the folder until a graceful shutdown or the task's cancellation.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await watcher.run() }
        } catch is CancellationError {}
    }
}

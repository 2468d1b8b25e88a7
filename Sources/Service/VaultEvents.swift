import Logging
import Telemetry
import Vault

/// Logs what the vault's watcher meets, and keeps the replica's readiness.
struct VaultEvents: Sendable {
    let readiness: Readiness
    let logger: Logger

    /// One event.
    func note(_ event: VaultEvent) {
        switch event {
        case .loaded(let revision, let apps, let sessions, let tokens, let unreadable):
            readiness.setConnected(true)
            logger.record(
                .info, "The vault is loaded",
                [.version: "\(revision)", .count: "\(apps) apps, \(sessions) sessions, \(tokens) tokens"])
            for row in unreadable { logger.record(.error, "A sealed row does not open", [.table: row]) }
        case .failed(let error, let retryAfter):
            readiness.setConnected(false)
            logger.record(
                .warning, "The vault cannot be read",
                [.error: error.description, .retryMilliseconds: "\(retryAfter / Duration.milliseconds(1))"])
        }
    }
}

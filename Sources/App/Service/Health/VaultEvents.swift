import Logging
import Metrics
import Telemetry
import Vault

/// Logs the events of the vault's watcher, and updates the replica's readiness.
struct VaultEvents: Sendable {
    let readiness: Readiness
    let logger: Logger
    private let unusable = Gauge(label: "toprelay_vault_unusable_rows")

    init(readiness: Readiness, logger: Logger) {
        self.readiness = readiness
        self.logger = logger
    }

    /// Handles one event.
    func note(_ event: VaultEvent) {
        switch event {
        case .loaded(let revision, let apps, let sessions, let tokens, let unreadable):
            readiness.setConnected(true)
            readiness.setVaultFault(nil)
            unusable.record(unreadable.count)
            logger.record(
                .info, "Loaded the vault",
                [.version: "\(revision)", .count: "\(apps) apps, \(sessions) sessions, \(tokens) tokens"])
            for row in unreadable { logger.record(.error, "Vault row cannot be used", [.table: row]) }
        case .failed(let error, let retryAfter):
            if case .database = error {
                readiness.setConnected(false)
            } else {
                readiness.setConnected(true)
                readiness.setVaultFault(error.description)
            }
            logger.record(
                .warning, "Could not read the vault",
                [.error: error.description, .retryMilliseconds: "\(retryAfter / Duration.milliseconds(1))"])
        case .clockDiffers(let seconds, let isUsable):
            logger.record(
                isUsable ? .warning : .error, "Clock differs from PostgreSQL's",
                [
                    .durationMilliseconds: "\(Int(seconds * 1000))",
                    .reason: isUsable ? "calls are still accepted" : "calls are refused until the clocks agree",
                ])
        case .asynchronousStandbys(let count):
            logger.record(
                .warning, "A fail-over can lose recorded calls: no standby is synchronous",
                [.count: "\(count)", .setting: "synchronous_standby_names"])
        case .clockAgrees(let seconds):
            logger.record(
                .notice, "Clock agrees with PostgreSQL's again",
                [.durationMilliseconds: "\(Int(seconds * 1000))"])
        }
    }
}

import Logging
import Metrics
import Telemetry
import Vault

/// Logs what the vault's watcher meets, and keeps the replica's readiness.
struct VaultEvents: Sendable {
    let readiness: Readiness
    let logger: Logger
    private let unusable = Gauge(label: "toprelay_vault_unusable_rows")

    init(readiness: Readiness, logger: Logger) {
        self.readiness = readiness
        self.logger = logger
    }

    /// One event.
    func note(_ event: VaultEvent) {
        switch event {
        case .loaded(let revision, let apps, let sessions, let tokens, let unreadable):
            readiness.setConnected(true)
            readiness.setVaultFault(nil)
            unusable.record(unreadable.count)
            logger.record(
                .info, "The vault is loaded",
                [.version: "\(revision)", .count: "\(apps) apps, \(sessions) sessions, \(tokens) tokens"])
            for row in unreadable { logger.record(.error, "A row of the vault cannot be used", [.table: row]) }
        case .failed(let error, let retryAfter):
            if case .database = error {
                readiness.setConnected(false)
            } else {
                readiness.setConnected(true)
                readiness.setVaultFault(error.description)
            }
            logger.record(
                .warning, "The vault cannot be read",
                [.error: error.description, .retryMilliseconds: "\(retryAfter / Duration.milliseconds(1))"])
        case .clockDiffers(let seconds, let isUsable):
            logger.record(
                isUsable ? .warning : .error, "The replica's clock differs from PostgreSQL's",
                [
                    .durationMilliseconds: "\(Int(seconds * 1000))",
                    .reason: isUsable ? "calls are still taken" : "calls are refused until the clocks agree",
                ])
        case .asynchronousStandbys(let count):
            logger.record(
                .warning, "A fail-over of PostgreSQL can lose recorded calls: no standby is synchronous",
                [.count: "\(count)", .setting: "synchronous_standby_names"])
        case .clockAgrees(let seconds):
            logger.record(
                .notice, "The replica's clock agrees with PostgreSQL's again",
                [.durationMilliseconds: "\(Int(seconds * 1000))"])
        }
    }
}

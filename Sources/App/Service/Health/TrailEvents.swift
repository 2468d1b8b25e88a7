import Logging
import Postgres
import Telemetry

/// Logs the events of the trail's writers. Repeated errors are logged at most once a second.
final class TrailEvents {
    private let logger: Logger
    private var lastWarning = ContinuousClock.now - .seconds(60)

    init(logger: Logger) { self.logger = logger }

    /// Logs an event of the writer `intents` or `outcomes`.
    func note(_ writer: String, _ event: WriterEvent) {
        switch event {
        case .connected: logger.record(.debug, "Trail writer connected", [.table: writer])
        case .disconnected(let error): warn("Trail writer lost its connection", writer, error)
        case .retrying(let error): warn("Retrying a batch", writer, error)
        case .deferred(let error, _): warn("Deferring rows, a partition, table or permission is missing", writer, error)
        case .droppedColumns(let error):
            logger.record(.error, "Dropped bodies that PostgreSQL refused", fields(writer, error))
        case .refused(let error): logger.record(.error, "PostgreSQL refused a row", fields(writer, error))
        }
    }

    private func warn(_ message: StaticString, _ writer: String, _ error: PostgresError) {
        let now = ContinuousClock.now
        guard now - lastWarning >= .seconds(1) else { return }
        lastWarning = now
        logger.record(.warning, message, fields(writer, error))
    }

    private func fields(_ writer: String, _ error: PostgresError) -> KeyValuePairs<LogKey, String> {
        [.table: writer, .sqlState: error.sqlState ?? "", .error: error.description]
    }
}

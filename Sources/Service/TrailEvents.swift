import Logging
import Postgres
import Telemetry

/// Logs what the trail's writers meet. An error that repeats is said once a second at most.
final class TrailEvents {
    private let logger: Logger
    private var lastTrouble = ContinuousClock.now - .seconds(60)

    init(logger: Logger) { self.logger = logger }

    /// One event of the writer of `intents` or `outcomes`.
    func note(_ writer: String, _ event: WriterEvent) {
        switch event {
        case .connected: logger.record(.debug, "A trail writer is connected", [.table: writer])
        case .disconnected(let error): trouble("A trail writer lost its connection", writer, error)
        case .retrying(let error): trouble("A batch of rows goes again", writer, error)
        case .deferred(let error, _): trouble("Rows wait until the database has what they need", writer, error)
        case .droppedColumns(let error): logger.record(.error, "A row is written without its bodies", fields(writer, error))
        case .refused(let error): logger.record(.error, "A row is refused for good", fields(writer, error))
        }
    }

    private func trouble(_ message: StaticString, _ writer: String, _ error: PostgresError) {
        let now = ContinuousClock.now
        guard now - lastTrouble >= .seconds(1) else { return }
        lastTrouble = now
        logger.record(.warning, message, fields(writer, error))
    }

    private func fields(_ writer: String, _ error: PostgresError) -> KeyValuePairs<LogKey, String> {
        [.table: writer, .sqlState: error.sqlState ?? "", .error: error.description]
    }
}

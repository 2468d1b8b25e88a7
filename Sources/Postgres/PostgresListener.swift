public import EventLoop

/// Listens on channels for as long as it runs, across reconnects.
///
/// Notifications that are sent while there is no connection are lost, as they are in PostgreSQL: after each
/// `connected`, which comes when the channels are already listened to, load what they tell of anew. A query from time
/// to time (`heartbeat`) finds a connection that has gone silently.
public final class PostgresListener {
    /// What a listener tells.
    public enum Event: Sendable {
        /// The channels are listened to: load the present state now.
        case connected
        /// A notification.
        case notified(channel: String, payload: String)
        /// The server answered a heartbeat.
        case alive
        /// The connection was lost or could not be made; it is tried again.
        case disconnected(PostgresError)
    }

    /// The connection while there is one, for loading the state that the notifications tell of.
    public private(set) var connection: PostgresConnection?

    private let loop: EventLoop
    private let settings: PostgresSettings
    private let channels: [String]
    private let heartbeat: Duration
    private let handler: (Event) -> Void
    private let pause: Pause
    private var backOff = BackOff(minimum: .milliseconds(50), maximum: .seconds(2))
    private var isStopped = false

    /// - Parameters:
    ///   - heartbeat: how often the connection is tried, and how long the answer may take.
    ///   - handler: called on the loop's thread.
    public init(
        loop: EventLoop, settings: PostgresSettings, channels: [String], heartbeat: Duration = .seconds(10),
        handler: @escaping (Event) -> Void
    ) {
        self.loop = loop
        self.settings = settings
        self.channels = channels
        self.heartbeat = heartbeat
        self.handler = handler
        pause = Pause(loop: loop)
    }

    /// Listens until `stop()`, or until the task is cancelled (noticed at the next heartbeat at the latest). On the
    /// loop's thread, once.
    public func run() async {
        while !isStopped, !Task.isCancelled {
            do throws(PostgresError) {
                try await listen()
            } catch {
                if !isStopped { handler(.disconnected(error)) }
            }
            connection?.close()
            connection = nil
            if !Task.isCancelled { await pause.wait(backOff.next()) { isStopped } }
        }
    }

    /// Ends `run()`.
    public func stop() {
        isStopped = true
        connection?.close()
        pause.end()
    }

    private func listen() async throws(PostgresError) {
        let connection = try await PostgresConnection.connect(settings, on: loop)
        guard !isStopped else { return connection.close() }
        self.connection = connection
        connection.onClose = { [pause] _ in pause.end() }
        for channel in channels {
            try await connection.listen(channel, timeout: heartbeat) { [handler] payload in
                handler(.notified(channel: channel, payload: payload))
            }
        }
        handler(.connected)
        while !isStopped, !Task.isCancelled {
            await pause.wait(heartbeat) { connection.isClosed }
            _ = try await connection.query("SELECT 1", timeout: heartbeat)
            backOff.reset()
            handler(.alive)
        }
    }
}

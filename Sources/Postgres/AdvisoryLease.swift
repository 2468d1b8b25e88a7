public import EventLoop

/// A duty that any replica may do and only one does: a session-level advisory lock on a connection of its own.
///
/// The lock ends with the connection. The holder asks the server from time to time whether it is still there, and
/// counts the duty as lost when there is no answer; the server frees the lock when it notices the loss itself.
/// Between the two, another replica may hold the lock already: what is done under a lease must be safe to do twice.
public final class AdvisoryLease {
    /// True while this process holds the lock, as far as it knows.
    public private(set) var isHeld = false
    /// The last trouble with the connection; nil while it is well.
    public private(set) var lastError: PostgresError?
    /// Called when `isHeld` changes. On the loop's thread.
    public var onChange: ((Bool) -> Void)?

    private let loop: EventLoop
    private let settings: PostgresSettings
    private let key: Int64
    private let interval: Duration
    private let pause: Pause
    private var connection: PostgresConnection?
    private var isStopped = false

    /// - Parameters:
    ///   - key: names the duty in the whole database.
    ///   - interval: how often to try to get the lock or to see that it is still held, and how long that may take.
    public init(loop: EventLoop, settings: PostgresSettings, key: Int64, interval: Duration = .seconds(5)) {
        self.loop = loop
        self.settings = settings
        self.key = key
        self.interval = interval
        pause = Pause(loop: loop)
    }

    /// Tries to get the lock and to keep it until `stop()`, or until the task is cancelled (noticed at the next
    /// interval). On the loop's thread, once.
    public func run() async {
        while !isStopped, !Task.isCancelled {
            do throws(PostgresError) {
                try await keep()
            } catch {
                lastError = error
            }
            set(false)
            connection?.close()
            connection = nil
            if !Task.isCancelled { await pause.wait(interval) { isStopped } }
        }
    }

    /// Gives the lock up and ends `run()`.
    public func stop() {
        isStopped = true
        set(false)
        connection?.close()
        pause.end()
    }

    private func keep() async throws(PostgresError) {
        let connection = try await PostgresConnection.connect(settings, on: loop)
        guard !isStopped else { return connection.close() }
        self.connection = connection
        connection.onClose = { [pause] _ in pause.end() }
        lastError = nil
        while !isStopped, !Task.isCancelled {
            if isHeld {
                _ = try await connection.query("SELECT 1", timeout: interval)
            } else {
                let rows = try await connection.query(
                    "SELECT pg_try_advisory_lock($1)", [.integer(key)], timeout: interval)
                if rows.first?[0].bool == true, !isStopped { set(true) }
            }
            await pause.wait(interval) { connection.isClosed }
        }
    }

    private func set(_ isHeld: Bool) {
        guard isHeld != self.isHeld else { return }
        self.isHeld = isHeld
        onChange?(isHeld)
    }
}

public import Crypto
public import EventLoop
public import Postgres

/// Keeps a snapshot of the vault up to date in one replica, on a connection of its own.
///
/// It makes the system's keys where they are missing, so that every snapshot has them. It listens first and loads then,
/// so that no change falls between; loads again on every notification (several that came together count as one) and
/// after every reconnect; and asks for the revision at intervals, which is a heartbeat of the connection and finds what
/// a lost notification would have told. `freshness` is the time of the last confirmation.
public actor VaultWatcher {
    /// The channel on which the vault's triggers tell of changes; the payload is the new revision.
    static let channel = "toprelay_vault"

    /// Times that a watcher keeps.
    public struct Timing: Sendable {
        /// How often the revision is asked for.
        public var heartbeat: Duration = .seconds(5)
        /// The longest time that one statement may take.
        public var statement: Duration = .seconds(5)
        /// The wait after a first failure.
        public var firstRetry: Duration = .milliseconds(100)
        /// The longest wait between two attempts.
        public var longestRetry: Duration = .seconds(5)

        /// The times that suit a replica in service.
        public init() {}
    }

    /// When PostgreSQL last confirmed the snapshot.
    public nonisolated let freshness: VaultFreshness
    /// The loop on which the watcher lives.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private nonisolated let loop: EventLoop
    private let settings: PostgresSettings
    private let key: SealingKey
    private let timing: Timing
    private let wallClock: @Sendable () -> Int64
    private let onEvent: @Sendable (VaultEvent) -> Void
    private let onSnapshot: @Sendable (VaultSnapshot) -> Void

    private var backOff: BackOff
    private var connection: PostgresConnection?
    /// Why the connection is closed.
    private var lost: PostgresError?
    /// The revision that was handed on last; nil: none yet.
    private var revision: Int64?
    /// The highest revision that a notification named.
    private var noticed: Int64?
    private var waiter: CheckedContinuation<Void, Never>?
    private var timer: LoopTimer?
    private var isStopped = false
    private var clock = ClockEpisode()

    /// A watcher that does nothing until `run()`. All closures are called on the loop: `onSnapshot` with each new
    /// snapshot, `onEvent` with what is worth a log line, `wallClock` for the time of day in milliseconds since 1970.
    public init(
        settings: PostgresSettings, key: SealingKey, loop: EventLoop, freshness: VaultFreshness = VaultFreshness(),
        timing: Timing = Timing(), wallClock: @escaping @Sendable () -> Int64,
        onEvent: @escaping @Sendable (VaultEvent) -> Void,
        onSnapshot: @escaping @Sendable (VaultSnapshot) -> Void
    ) {
        self.settings = settings
        self.key = key
        self.loop = loop
        self.freshness = freshness
        self.timing = timing
        self.wallClock = wallClock
        self.onEvent = onEvent
        self.onSnapshot = onSnapshot
        backOff = BackOff(minimum: timing.firstRetry, maximum: timing.longestRetry)
    }

    /// Watches until `stop()` or the task's cancellation.
    /// - Throws: before the first snapshot only, and only what no retry can mend: a wrong master key, missing
    ///   migrations, a vault that this version cannot read. PostgreSQL out of reach is tried again for ever.
    public func run() async throws(VaultError) {
        let failure = await withTaskCancellationHandler {
            await watch()
        } onCancel: {
            stop()
        }
        if let failure { throw failure }
    }

    /// Ends `run()`, soon; from any thread.
    public nonisolated func stop() {
        loop.execute { self.assumeIsolated { $0.end() } }
    }

    /// Comes back with the failure that ended it, or nil when it was stopped.
    private func watch() async -> VaultError? {
        while !isStopped {
            guard let failure = await follow() else { return nil }
            if revision == nil, failure.isFinal { return failure }
            let wait = backOff.next()
            onEvent(.failed(failure, retryAfter: wait))
            await pause(wait)
        }
        return nil
    }

    /// Connects and follows the vault; comes back with what ended that, or nil when it was stopped.
    private func follow() async -> VaultError? {
        defer {
            connection?.close()
            connection = nil
        }
        do throws(VaultError) {
            let connection = try await connect()
            try await VaultStore(connection: connection, key: key, timeout: timing.statement).ensureKeys()
            try await load(on: connection)
            backOff.reset()
            let standbys = await connection.asynchronousStandbys(timeout: timing.statement)
            if standbys > 0 { onEvent(.asynchronousStandbys(standbys)) }
            while !isStopped {
                if !hasNews { await pause(timing.heartbeat) }
                if let lost { throw VaultError(lost) }
                if !isStopped { try await refresh(on: connection) }
            }
            return nil
        } catch {
            return isStopped ? nil : error
        }
    }

    private func connect() async throws(VaultError) -> PostgresConnection {
        lost = nil
        noticed = nil
        do {
            let connection = try await PostgresConnection.connect(settings, on: loop)
            self.connection = connection
            connection.onClose = { error in self.assumeIsolated { $0.closed(error) } }
            try await connection.listen(Self.channel, timeout: timing.statement) { payload in
                self.assumeIsolated { $0.notice(payload) }
            }
            return connection
        } catch {
            throw VaultError(error)
        }
    }

    /// Loads after a notification, else asks whether the snapshot still stands.
    private func refresh(on connection: PostgresConnection) async throws(VaultError) {
        if hasNews { return try await load(on: connection) }
        let asked = EventLoop.now()
        let current = try await heartbeat(on: connection)
        // Also when it is lower: a database that was restored.
        if current == revision { freshness.confirm(at: asked) } else { try await load(on: connection) }
    }

    private func load(on connection: PostgresConnection) async throws(VaultError) {
        let asked = EventLoop.now()
        noticed = nil
        // Before the snapshot is in force: a replica whose clock is wrong must not take a first call.
        _ = try await heartbeat(on: connection)
        let snapshot = try await VaultReader.load(on: connection, key: key, timeout: timing.statement)
        revision = snapshot.revision
        freshness.confirm(at: asked)
        onSnapshot(snapshot)
        let counts = snapshot.counts
        onEvent(
            .loaded(
                revision: snapshot.revision, apps: counts.apps, sessions: counts.sessions, tokens: counts.tokens,
                unreadable: snapshot.unreadable))
    }

    /// Asks for the revision, and compares the clocks.
    private func heartbeat(on connection: PostgresConnection) async throws(VaultError) -> Int64 {
        let asked = EventLoop.now()
        let (revision, databaseClock) = try await connection.vaultHeartbeat(timeout: timing.statement)
        let roundTrip = Int64((EventLoop.now() - asked) / 1_000_000)
        let offset = ClockOffset.measure(database: databaseClock, replica: wallClock(), roundTrip: roundTrip)
        freshness.clock.record(milliseconds: offset)
        let seconds = Double(offset) / 1000
        switch clock.note(seconds: seconds) {
        case .agrees: onEvent(.clockAgrees(seconds: seconds))
        case .differs: onEvent(.clockDiffers(seconds: seconds, isUsable: true))
        case .unusable: onEvent(.clockDiffers(seconds: seconds, isUsable: false))
        case nil: break
        }
        return revision
    }

    // MARK: - What wakes the watcher

    /// Whether a notification named a revision that the snapshot has not.
    private var hasNews: Bool {
        guard let noticed else { return false }
        return noticed > revision ?? -1
    }

    private func notice(_ payload: String) {
        // A payload that is no number was not sent by the triggers; the heartbeat finds what it may have meant.
        guard let revision = Int64(payload) else { return }
        noticed = max(noticed ?? revision, revision)
        if hasNews { wake() }
    }

    private func closed(_ error: PostgresError) {
        lost = error
        wake()
    }

    private func end() {
        isStopped = true
        connection?.close()
        wake()
    }

    /// Waits until it is woken, at most for `duration`.
    private func pause(_ duration: Duration) async {
        guard !isStopped, lost == nil || connection == nil else { return }
        await withCheckedContinuation { continuation in
            waiter = continuation
            timer = loop.schedule(after: duration) { self.assumeIsolated { $0.wake() } }
        }
    }

    private func wake() {
        timer?.cancel()
        timer = nil
        waiter?.resume()
        waiter = nil
    }
}

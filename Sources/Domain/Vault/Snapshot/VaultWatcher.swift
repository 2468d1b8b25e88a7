package import Crypto
package import EventLoop
package import Postgres
import Time

/// Keeps a replica's snapshot of the vault up to date, on a connection of its own.
///
/// It creates missing system keys, so every snapshot has them. It listens before it loads, so no change is lost between
/// the two. It loads again after each notification and each reconnect. Notifications that arrive together cause one
/// load.
///
/// A change of many rows notifies many times. So loads keep a distance: see `Timing.loadDistance`.
///
/// Bans have a channel of their own, so that a ban does not make replicas load the vault.
///
/// At intervals it reads the revision. This heartbeat checks the connection and finds changes whose notification was
/// lost. `freshness` is the time of the last confirmation.
package actor VaultWatcher {
    /// The channel of the vault's triggers. The payload is the new revision.
    static let channel = "toprelay_vault"

    /// The intervals and time limits of a watcher.
    package struct Timing: Sendable {
        /// The interval between two reads of the revision.
        package var heartbeat: Duration = .seconds(5)
        /// The shortest time between the end of a load and the next load. A change is in force within this time and
        /// two loads.
        package var loadDistance: Duration = .milliseconds(250)
        /// The longest time of one statement.
        package var statement: Duration = .seconds(5)
        /// The wait after the first failure.
        package var firstRetry: Duration = .milliseconds(100)
        /// The longest wait between two attempts.
        package var longestRetry: Duration = .seconds(5)

        /// The values for production.
        package init() {}
    }

    /// When PostgreSQL last confirmed the snapshot.
    package nonisolated let freshness: VaultFreshness
    /// The watcher's loop.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private nonisolated let loop: EventLoop
    private let settings: PostgresSettings
    private let key: KeyRing
    private let timing: Timing
    private let wallClock: @Sendable () -> Int64
    private let onEvent: @Sendable (VaultEvent) -> Void
    private let onSnapshot: @Sendable (VaultSnapshot) -> Void
    private let onBans: @Sendable (BanNotice) -> Void

    private var backOff: BackOff
    private var connection: PostgresConnection?
    /// The error that closed the connection.
    private var lost: PostgresError?
    /// The last revision that was handed on.
    private var revision: Int64?
    /// The highest revision of a notification.
    private var noticed: Int64?
    private var waiter: CheckedContinuation<Void, Never>?
    private var timer: LoopTimer?
    private var isStopped = false
    /// When the last load ended, on the clock of `EventLoop.now()`.
    private var loadedAt: UInt64?
    private var clock = ClockEpisode()

    /// A watcher that does nothing until `run()`. It calls all closures on the loop: `onSnapshot` with each new
    /// snapshot, `onBans` with what other replicas tell of bans, `onEvent` with each event, and `wallClock` for the
    /// time in milliseconds since 1970.
    package init(
        settings: PostgresSettings, key: KeyRing, loop: EventLoop, freshness: VaultFreshness = VaultFreshness(),
        timing: Timing = Timing(), wallClock: @escaping @Sendable () -> Int64,
        onEvent: @escaping @Sendable (VaultEvent) -> Void,
        onBans: @escaping @Sendable (BanNotice) -> Void = { _ in },
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
        self.onBans = onBans
        backOff = BackOff(minimum: timing.firstRetry, maximum: timing.longestRetry)
    }

    /// Watches until `stop()` or the task's cancellation.
    /// - Throws: only before the first snapshot, and only errors that a retry cannot fix: a wrong master key, missing
    ///   migrations, or a vault that this version cannot read. If PostgreSQL is unreachable, it retries without limit.
    package func run() async throws(VaultError) {
        let failure = await withTaskCancellationHandler {
            await watch()
        } onCancel: {
            stop()
        }
        if let failure { throw failure }
    }

    /// Ends `run()` soon. Safe from any thread.
    package nonisolated func stop() {
        loop.execute { self.assumeIsolated { $0.end() } }
    }

    /// Returns the error that ended the watch, or nil after a stop.
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

    /// Connects and follows the vault. Returns the error that ended it, or nil after a stop.
    private func follow() async -> VaultError? {
        defer {
            connection?.close()
            connection = nil
        }
        do throws(VaultError) {
            let connection = try await connect()
            let store = VaultStore(connection: connection, key: key, timeout: timing.statement)
            try await store.ensureKeys()
            try await load(on: connection)
            onBans(.all(try await store.listBans()))
            backOff.reset()
            let standbys = await connection.asynchronousStandbys(timeout: timing.statement)
            if standbys > 0 { onEvent(.asynchronousStandbys(standbys)) }
            while !isStopped {
                if !hasNews { await pause(timing.heartbeat) }
                if hasNews { await waitForTurn() }
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
            _ = try await connection.query(
                "SELECT set_config('application_name', $1, false)", [.text(ReplicaKeys.connectionName(key))],
                timeout: timing.statement)
            connection.onClose = { error in self.assumeIsolated { $0.closed(error) } }
            try await connection.listen(Self.channel, timeout: timing.statement) { payload in
                self.assumeIsolated { $0.notice(payload) }
            }
            try await connection.listen(VaultStore.banChannel, timeout: timing.statement) { payload in
                self.assumeIsolated { $0.noticeBan(payload) }
            }
            return connection
        } catch {
            throw VaultError(error)
        }
    }

    /// Loads after a notification. Otherwise checks whether the snapshot is still current.
    private func refresh(on connection: PostgresConnection) async throws(VaultError) {
        if hasNews { return try await load(on: connection) }
        let asked = EventLoop.now()
        let current = try await heartbeat(on: connection)
        // A lower revision also causes a load, because the database may have been restored.
        if current == revision { freshness.confirm(at: asked) } else { try await load(on: connection) }
    }

    private func load(on connection: PostgresConnection) async throws(VaultError) {
        let asked = EventLoop.now()
        noticed = nil
        // Measured before the snapshot is installed: a replica with a wrong clock must not take a call.
        _ = try await heartbeat(on: connection)
        let snapshot = try await VaultReader.load(on: connection, key: key, timeout: timing.statement)
        revision = snapshot.revision
        loadedAt = EventLoop.now()
        freshness.confirm(at: asked)
        onSnapshot(snapshot)
        let counts = snapshot.counts
        onEvent(
            .loaded(
                revision: snapshot.revision, apps: counts.apps, sessions: counts.sessions, tokens: counts.tokens,
                unreadable: snapshot.unreadable))
    }

    /// Reads the revision and compares the clocks.
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

    /// Whether a notification named a newer revision than the snapshot's.
    private var hasNews: Bool {
        guard let noticed else { return false }
        return noticed > revision ?? -1
    }

    private func notice(_ payload: String) {
        // The triggers send numbers only. The heartbeat finds any change that another payload may have meant.
        guard let revision = Int64(payload) else { return }
        noticed = max(noticed ?? revision, revision)
        if hasNews { wake() }
    }

    private func noticeBan(_ payload: String) {
        if let notice = BanNotice(payload: payload) { onBans(notice) }
    }

    /// Waits until the vault may be loaded again.
    private func waitForTurn() async {
        guard let loadedAt else { return }
        let turn = loadedAt &+ timing.loadDistance.nanoseconds
        while !isStopped, lost == nil {
            let now = EventLoop.now()
            guard now < turn else { return }
            await pause(.nanoseconds(Int64(turn - now)))
        }
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

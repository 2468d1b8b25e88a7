import Crypto
import EventLoop
import Foundation
import Locks
import Postgres
import TestSupport
import Testing

@testable import Vault

@Suite("Watching the vault", .serialized)
struct VaultWatcherTests {
    /// What a watcher told, in order.
    enum Word: Sendable {
        case snapshot(VaultSnapshot)
        case event(VaultEvent)
    }

    /// A watcher that runs on the test's loop, and what it says.
    struct Watched {
        let watcher: VaultWatcher
        let run: Task<VaultError?, Never>
        var words: AsyncStream<Word>.Iterator

        init(
            _ vault: TestVault, key: KeyRing? = nil, timing: VaultWatcher.Timing = Watched.onNoticesOnly(),
            wallClock: @escaping @Sendable () -> Int64 = Watched.time
        ) throws {
            let (stream, feed) = AsyncStream<Word>.makeStream()
            let watcher = VaultWatcher(
                settings: try vault.settings, key: key ?? vault.key, loop: vault.loop, timing: timing,
                wallClock: wallClock, onEvent: { feed.yield(.event($0)) }, onSnapshot: { feed.yield(.snapshot($0)) })
            self.watcher = watcher
            words = stream.makeAsyncIterator()
            run = Task {
                defer { feed.finish() }
                do throws(VaultError) {
                    try await watcher.run()
                    return nil
                } catch {
                    return error
                }
            }
        }

        /// The next snapshot that fits; nil when the watcher ended before.
        mutating func snapshot(where fits: (VaultSnapshot) -> Bool = { _ in true }) async -> VaultSnapshot? {
            while let word = await words.next(isolation: #isolation) {
                if case .snapshot(let snapshot) = word, fits(snapshot) { return snapshot }
            }
            return nil
        }

        /// The next event about the clock.
        mutating func clockEvent() async -> VaultEvent? {
            while let word = await words.next(isolation: #isolation) {
                switch word {
                case .event(let event):
                    switch event {
                    case .clockDiffers, .clockAgrees: return event
                    case .loaded, .failed, .asynchronousStandbys: break
                    }
                case .snapshot: break
                }
            }
            return nil
        }

        /// The time of day, in milliseconds since 1970.
        static func time() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

        /// The next failure that it told.
        mutating func failure() async -> VaultError? {
            while let word = await words.next(isolation: #isolation) {
                if case .event(.failed(let error, _)) = word { return error }
            }
            return nil
        }

        func stop() async -> VaultError? {
            watcher.stop()
            return await run.value
        }

        /// Heartbeats that never come: what arrives came by a notification.
        static func onNoticesOnly() -> VaultWatcher.Timing {
            var timing = VaultWatcher.Timing()
            timing.heartbeat = .seconds(3600)
            return timing
        }

        /// Heartbeats that come all the time.
        static func restless() -> VaultWatcher.Timing {
            var timing = VaultWatcher.Timing()
            timing.heartbeat = .milliseconds(20)
            return timing
        }
    }

    @Test("A change reaches every watcher by its notification, without a question asked")
    func changeReachesEveryWatcher() async throws {
        try await withVault { vault in
            let store = try await vault.store()
            _ = try await store.ensureKeys()
            var one = try Watched(vault)
            var other = try Watched(vault)
            #expect(await one.snapshot()?.counts.apps == 0)
            #expect(await other.snapshot()?.counts.apps == 0)
            try await vault.putApp("a")
            try await store.putSession(SessionInput(app: "a", seller: "x", key: Secret("k")))
            let text = try await store.createToken(TokenInput(name: "t", scopes: [.relay]))
            for snapshot in [
                await one.snapshot { $0.counts.tokens == 1 }, await other.snapshot { $0.counts.tokens == 1 },
            ] {
                #expect(snapshot?.counts.apps == 1 && snapshot?.counts.sessions == 1)
                #expect(try snapshot?.authenticate(bearer: text.text, now: 0).name == "t")
            }
            try await store.removeToken("t")
            for snapshot in [
                await one.snapshot { $0.counts.tokens == 0 }, await other.snapshot { $0.counts.tokens == 0 },
            ] {
                #expect(throws: AuthenticationError.unknown) {
                    try snapshot?.authenticate(bearer: text.text, now: 0)
                }
            }
            #expect(one.watcher.freshness.isFresh())
            #expect(await one.stop() == nil)
            #expect(await other.stop() == nil)
        }
    }

    @Test("A transaction that is rolled back changes nothing, and one with many statements is loaded whole")
    func transactionThatIsRolled() async throws {
        try await withVault { vault in
            for name in ["a", "b"] { try await vault.putApp(name) }
            var watched = try Watched(vault)
            let first = await watched.snapshot()
            let connection = try await vault.connect()
            try await connection.execute("BEGIN; DELETE FROM vault.apps; ROLLBACK")
            try await connection.execute(
                "BEGIN; UPDATE vault.apps SET app_key = '7' WHERE name = 'a'; "
                    + "UPDATE vault.apps SET app_key = '7' WHERE name = 'b'; COMMIT")
            let second = await watched.snapshot()
            #expect(second?.revision == first.map { $0.revision + 2 })
            let token = AccessToken(id: "0", name: "t", hash: [], scopes: [.relay])
            for name in ["a", "b"] {
                #expect(try second?.resolveApp(named: name, for: "m", token: token).appKey == "7")
            }
            #expect(await watched.stop() == nil)
        }
    }

    @Test("A connection that is killed is made again, and what changed meanwhile is there")
    func connectionThatIsKilled() async throws {
        try await withVault { vault in
            try await vault.putApp("a")
            var watched = try Watched(vault)
            #expect(await watched.snapshot()?.counts.apps == 1)
            let connection = try await vault.connect()
            for round in 2...4 {
                _ = try await connection.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        + "WHERE datname = current_database() AND pid <> pg_backend_pid()")
                guard case .database(let error) = await watched.failure() else {
                    Issue.record("a lost connection is expected")
                    return
                }
                #expect(error.isTransient)
                try await vault.putApp("app-\(round)")
                #expect(await watched.snapshot { $0.counts.apps == round } != nil)
            }
            #expect(await watched.stop() == nil)
        }
    }

    @Test("The heartbeat finds a change that no notification told, also one back to an older state")
    func heartbeatFindsChangeThatNoNotification() async throws {
        try await withVault { vault in
            try await vault.putApp("a")
            var watched = try Watched(vault, timing: Watched.restless())
            let first = try #require(await watched.snapshot())
            let connection = try await vault.connect()
            try await connection.execute("UPDATE vault.revision SET revision = revision - 1")
            #expect(await watched.snapshot()?.revision == first.revision - 1)
            #expect(await watched.stop() == nil)
        }
    }

    @Test("Each heartbeat confirms the snapshot")
    func eachHeartbeatConfirmsSnapshot() async throws {
        try await withVault { vault in
            _ = try await vault.store().ensureKeys()
            var watched = try Watched(vault, timing: Watched.restless())
            #expect(watched.watcher.freshness.secondsSinceConfirmed() == nil)
            #expect(await watched.snapshot() != nil)
            let start = EventLoop.now()
            // Comes true with the first heartbeat; the test's own limit ends the wait if it never does.
            while let age = watched.watcher.freshness.secondsSinceConfirmed(at: start), age > 0 {
                await vault.loop.sleep(for: .milliseconds(5))
            }
            #expect(watched.watcher.freshness.secondsSinceConfirmed(at: start) == 0)
            #expect(await watched.stop() == nil)
        }
    }

    @Test("A clock that differs is told once, with its sign, again when calls must be refused, and when it agrees")
    func clockThatDiffersIsTold() async throws {
        try await withVault { vault in
            _ = try await vault.store().ensureKeys()
            let offset = Locked<Int64>(0)
            var watched = try Watched(
                vault, timing: Watched.restless(), wallClock: { Watched.time() + offset.withLock { $0 } })
            let clock = watched.watcher.freshness.clock
            #expect(clock.seconds == nil && clock.isUsable)
            #expect(await watched.snapshot() != nil)
            #expect(abs(clock.seconds ?? .infinity) < 20)
            for (milliseconds, expected, isUsable) in [
                (-45_000, -45, true), (600_000, 600, false), (100_000, 100, true), (-3_600_000, -3600, false),
            ] as [(Int64, Double, Bool)] {
                offset.withLock { $0 = milliseconds }
                guard case .clockDiffers(let seconds, let usable)? = await watched.clockEvent() else {
                    Issue.record("an event about the clock is expected at \(milliseconds)")
                    return
                }
                #expect(abs(seconds - expected) < 10 && usable == isUsable, "\(seconds)")
                #expect(clock.isUsable == isUsable)
            }
            offset.withLock { $0 = 0 }
            guard case .clockAgrees? = await watched.clockEvent() else {
                Issue.record("the clocks agree again")
                return
            }
            #expect(clock.isUsable)
            #expect(await watched.stop() == nil)
        }
    }

    @Test("Payloads that the triggers never send do no harm")
    func strangePayloads() async throws {
        try await withVault { vault in
            try await vault.putApp("a")
            var watched = try Watched(vault)
            #expect(await watched.snapshot() != nil)
            let connection = try await vault.connect()
            for payload in ["", "x", "-1", "0", "99999999999999999999", "9223372036854775807"] {
                try await connection.execute("SELECT pg_notify('\(VaultWatcher.channel)', '\(payload)')")
            }
            try await vault.putApp("b")
            #expect(await watched.snapshot { $0.counts.apps == 2 } != nil)
            #expect(await watched.stop() == nil)
        }
    }

    @Test("What no retry can mend ends the watcher before its first snapshot")
    func endsAtStart() async throws {
        try await withVault { vault in
            _ = try await vault.store().ensureKeys()
            let other = try KeyRing(bytes: SecureRandom.bytes(32))
            let wrong = try Watched(vault, key: other)
            guard case .wrongMasterKey = await wrong.run.value else {
                Issue.record("wrongMasterKey is expected")
                return
            }
            try await vault.connect().execute("DROP SCHEMA vault CASCADE")
            let missing = try Watched(vault)
            guard case .notMigrated = await missing.run.value else {
                Issue.record("notMigrated is expected")
                return
            }
            #expect(!missing.watcher.freshness.isFresh())
        }
    }

    @Test("After its first snapshot the watcher goes on whatever happens, and comes back when it is mended")
    func goesOn() async throws {
        try await withVault { vault in
            try await vault.putApp("a")
            var watched = try Watched(vault, timing: Watched.restless())
            #expect(await watched.snapshot() != nil)
            let connection = try await vault.connect()
            try await connection.execute("ALTER SCHEMA vault RENAME TO elsewhere")
            guard case .notMigrated = await watched.failure() else {
                Issue.record("notMigrated is expected")
                return
            }
            try await connection.execute("ALTER SCHEMA elsewhere RENAME TO vault")
            #expect(await watched.snapshot()?.counts.apps == 1)
            #expect(await watched.stop() == nil)
        }
    }

    @Test("PostgreSQL that is away at the start, and goes away later, is tried again until it is there")
    func serverRestarts() async throws {
        let cluster = try await PostgresCluster()
        defer { cluster.remove() }
        try await withVault(on: cluster, seconds: 120) { vault in
            try await vault.putApp("a")
            try await cluster.stop()
            var watched = try Watched(vault)
            guard case .database = await watched.failure() else {
                Issue.record("a refused connection is expected")
                return
            }
            try await cluster.start()
            #expect(await watched.snapshot()?.counts.apps == 1)
            try await cluster.stop(.immediate)
            #expect(await watched.failure() != nil)
            try await cluster.start()
            try await vault.putApp("b")
            #expect(await watched.snapshot { $0.counts.apps == 2 } != nil)
            #expect(await watched.stop() == nil)
        }
    }

    @Test("Cancelling the task that runs it ends the watcher")
    func cancellingTaskThatRuns() async throws {
        try await withVault { vault in
            _ = try await vault.store().ensureKeys()
            var watched = try Watched(vault)
            #expect(await watched.snapshot() != nil)
            watched.run.cancel()
            #expect(await watched.run.value == nil)
        }
    }
}

import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite struct PostgresPoolTests {
    @Test("Queries share few connections, wait in turn, and are turned away beyond the bound")
    func sharing() async throws {
        let settings = try SharedCluster.settings
        try await onLoop { loop in
            let pool = PostgresPool(loop: loop, settings: settings, size: 2, maximumWaiting: 10)
            let pids = await concurrently(12, on: loop) { _ in
                try? await pool.query("SELECT pg_backend_pid(), pg_sleep(0.01)")[0][0].integer
            }
            #expect(pids.allSatisfy { $0 != nil })
            #expect(Set(pids).count == 2)
            let kinds = await concurrently(13, on: loop) { _ in
                await failure { _ = try await pool.query("SELECT pg_sleep(0.05)") }?.kind
            }
            #expect(kinds.filter { $0 == .overloaded }.count == 1)
            #expect(kinds.filter { $0 == nil }.count == 12)
            pool.close()
            #expect(await failure { _ = try await pool.query("SELECT 1") }?.kind == .closed)
        }
    }

    @Test("A wait for a connection ends after its time")
    func waiting() async throws {
        let settings = try SharedCluster.settings
        try await onLoop { loop in
            let pool = PostgresPool(loop: loop, settings: settings, size: 1, waitTimeout: .milliseconds(50))
            let slow = alongside(loop) { await failure { _ = try await pool.query("SELECT pg_sleep(1)") } }
            await loop.sleep(for: .milliseconds(100))
            let error = await failure { _ = try await pool.query("SELECT 1") }
            #expect(error?.kind == .overloaded)
            #expect(await slow.value == nil)
            let rows = try await pool.query("SELECT 1")
            #expect(rows.count == 1)
            pool.close()
        }
    }

    @Test("Lost connections and open transactions are not handed on")
    func hygiene() async throws {
        let settings = try SharedCluster.settings
        try await onLoop { loop in
            let pool = PostgresPool(loop: loop, settings: settings, size: 1)
            let first = try await pool.query("SELECT pg_backend_pid()")[0][0].integer
            try await pool.withConnection { connection throws(PostgresError) in try await connection.execute("BEGIN") }
            let second = try await pool.query("SELECT pg_backend_pid()")[0][0].integer
            #expect(first != second)
            _ = await failure { _ = try await pool.query("SELECT pg_terminate_backend(pg_backend_pid())") }
            #expect(try await pool.query("SELECT pg_backend_pid()")[0][0].integer != second)
            pool.close()
        }
    }

    @Test("With PostgreSQL away, queries fail with the reason, and work when it is back")
    func outage() async throws {
        let cluster = try PostgresCluster()
        defer { cluster.remove() }
        let settings = try PostgresSettings(url: cluster.url())
        try await onLoop { loop in
            let pool = PostgresPool(loop: loop, settings: settings)
            try cluster.stop()
            let kinds = await concurrently(5, on: loop) { _ in
                await failure { _ = try await pool.query("SELECT 1") }?.kind
            }
            #expect(kinds.allSatisfy { $0 == .connection })
            try cluster.start()
            try await until(loop) { await failure { _ = try await pool.query("SELECT 1") } == nil }
            pool.close()
        }
    }
}

@Suite struct PostgresListenerTests {
    @Test("Notifications come in order, and again after the session was killed")
    func acrossReconnects() async throws {
        let settings = try SharedCluster.settings
        let channel = uniqueName("Channel")
        try await onLoop { loop in
            var connects = 0
            var losses = 0
            var beats = 0
            var payloads: [String] = []
            let listener = PostgresListener(
                loop: loop, settings: settings, channels: [channel], heartbeat: .milliseconds(50)
            ) { event in
                switch event {
                case .connected: connects += 1
                case .notified(let from, let payload):
                    #expect(from == channel)
                    payloads.append(payload)
                case .alive: beats += 1
                case .disconnected: losses += 1
                }
            }
            let running = alongside(loop) { await listener.run() }
            let other = try await PostgresConnection.connect(settings, on: loop)
            try await until(loop) { connects == 1 }
            for payload in ["a", "b"] {
                _ = try await other.query("SELECT pg_notify($1, $2)", [.text(channel), .text(payload)])
            }
            try await until(loop) { payloads == ["a", "b"] && beats > 0 }
            let pid = try await listener.connection?.query("SELECT pg_backend_pid()")[0][0].integer ?? 0
            _ = try await other.query("SELECT pg_terminate_backend($1::int)", [.integer(pid)])
            try await until(loop) { connects == 2 && losses == 1 }
            _ = try await other.query("SELECT pg_notify($1, 'c')", [.text(channel)])
            try await until(loop) { payloads == ["a", "b", "c"] }
            listener.stop()
            await running.value
            other.close()
        }
    }

    @Test("A listener that starts without a server connects when it comes")
    func startsWithoutServer() async throws {
        let cluster = try PostgresCluster()
        defer { cluster.remove() }
        try cluster.stop()
        let settings = try PostgresSettings(url: cluster.url())
        try await onLoop { loop in
            var (connects, losses) = (0, 0)
            let listener = PostgresListener(loop: loop, settings: settings, channels: ["x"]) { event in
                if case .connected = event { connects += 1 }
                if case .disconnected = event { losses += 1 }
            }
            let running = alongside(loop) { await listener.run() }
            try await until(loop) { losses > 1 }
            try cluster.start()
            try await until(loop) { connects == 1 }
            listener.stop()
            await running.value
        }
    }
}

@Suite struct AdvisoryLeaseTests {
    @Test("One of two holds the lease; the other gets it when the first stops or loses its session")
    func handsOver() async throws {
        let settings = try PostgresSettings(url: SharedCluster.cluster.url() + "?application_name=leaseholder")
        let key = Int64.random(in: 0..<Int64.max)
        try await onLoop { loop in
            let leases = (0..<2).map { _ in
                AdvisoryLease(loop: loop, settings: settings, key: key, interval: .milliseconds(30))
            }
            var changes: [Bool] = []
            leases[0].onChange = { changes.append($0) }
            let first = alongside(loop) { await leases[0].run() }
            try await until(loop) { leases[0].isHeld }
            let second = alongside(loop) { await leases[1].run() }
            await loop.sleep(for: .milliseconds(150))
            #expect(leases[0].isHeld && !leases[1].isHeld)
            leases[0].stop()
            await first.value
            try await until(loop) { leases[1].isHeld }
            #expect(!leases[0].isHeld && changes == [true, false])
            let other = try await PostgresConnection.connect(try SharedCluster.settings, on: loop)
            var wasLost = false
            leases[1].onChange = { if !$0 { wasLost = true } }
            _ = try await other.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leaseholder'")
            try await until(loop) { wasLost }
            try await until(loop) { leases[1].isHeld }
            leases[1].stop()
            await second.value
            other.close()
        }
    }
}

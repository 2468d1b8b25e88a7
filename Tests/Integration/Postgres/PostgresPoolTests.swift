import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite struct PostgresPoolTests {
    @Test("Queries share few connections, wait in turn, and are turned away beyond the bound")
    func queriesShareFewConnections() async throws {
        let settings = try await SharedCluster.settings
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
    func waitForConnectionEnds() async throws {
        let settings = try await SharedCluster.settings
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
    func lostConnectionsAndOpen() async throws {
        let settings = try await SharedCluster.settings
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
    func withPostgreSQLAway() async throws {
        let cluster = try await PostgresCluster()
        defer { cluster.remove() }
        let settings = try PostgresSettings(url: cluster.url())
        try await onLoop { loop in
            let pool = PostgresPool(loop: loop, settings: settings)
            try await cluster.stop()
            let kinds = await concurrently(5, on: loop) { _ in
                await failure { _ = try await pool.query("SELECT 1") }?.kind
            }
            #expect(kinds.allSatisfy { $0 == .connection })
            try await cluster.start()
            try await until(loop) { await failure { _ = try await pool.query("SELECT 1") } == nil }
            pool.close()
        }
    }
}

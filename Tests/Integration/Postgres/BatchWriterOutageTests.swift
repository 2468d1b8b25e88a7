import EventLoop
import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Each test has a cluster or a proxy of its own, and breaks it.
@Suite(.serialized) struct BatchWriterOutageTests {
    @Test(
        "Ten thousand units are each written once while the server restarts in the middle",
        arguments: ["fast", "immediate", "kill"])
    func survivesRestarts(mode: String) async throws {
        let cluster = try await PostgresCluster()
        defer { cluster.remove() }
        let fixture = WriterFixture(try PostgresSettings(url: cluster.url()))
        try await onLoop(seconds: 120) { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop) { $0.backOffMaximum = .milliseconds(200) }
            let restart = Task.detached {
                for _ in 0..<2 {
                    try await Task.sleep(for: .milliseconds(150))
                    if mode == "kill" {
                        cluster.kill()
                        try await cluster.start()
                    } else {
                        try await cluster.restart(mode == "fast" ? .fast : .immediate)
                    }
                }
            }
            // 64 callers, each with one unit under way at a time.
            let failures = await concurrently(64, on: loop) { caller in
                var failures = 0
                for step in 0..<157 {
                    let id = caller * 157 + step
                    if await writer.attempt(fixture.call(id, answer: "x")) != nil { failures += 1 }
                    if step % 10 == 0 { await loop.sleep(for: .milliseconds(10)) }
                }
                return failures
            }
            try await restart.value
            #expect(failures.reduce(0, +) == 0)
            try await until(loop) { writer.isConnected }
            #expect(try await fixture.countCalls(loop) == 64 * 157)
            #expect(try await fixture.number("SELECT count(*) FROM \(fixture.schema).answers", loop) == 64 * 157)
            #expect(writer.metrics.losses.value >= 2)
            #expect(writer.metrics.queuedRequests.value == 0)
            writer.close()
        }
    }

    @Test(
        "An answer that is lost after the commit makes the units go again, and each is there once",
        arguments: [1, 8, 300])
    func resolvesDoubt(count: Int) async throws {
        let proxy = try await CuttingProxy(cluster: SharedCluster.cluster)
        defer { proxy.remove() }
        let fixture = WriterFixture(try PostgresSettings(url: proxy.url))
        for mode in [WriterConfiguration.Mode.bounded, .persistent] {
            let base = mode == .bounded ? 0 : 1000
            try await onLoop { loop in
                if base == 0 { try await fixture.create(loop) }
                let writer = fixture.writer(loop, mode, connections: 1)
                try await until(loop) { writer.isConnected }
                proxy.set(.cutNextAnswer)
                let failures = await concurrently(count, on: loop) {
                    await writer.attempt(fixture.call(base + $0, answer: "x"))
                }
                #expect(failures.allSatisfy { $0 == nil })
                #expect(writer.metrics.losses.value == 1)
                #expect(writer.metrics.rows.value == 2 * count)
                writer.close()
                let sql = """
                    SELECT count(*) FROM \(fixture.schema).calls JOIN \(fixture.schema).answers USING (id)
                    WHERE number >= \(base)
                    """
                #expect(try await fixture.number(sql, loop) == count)
            }
        }
        #expect(proxy.cutCount == 2)
    }

    @Test("A bounded unit whose answer is lost for good is in doubt after the window")
    func doubtEnds() async throws {
        let proxy = try await CuttingProxy(cluster: SharedCluster.cluster)
        let fixture = WriterFixture(try await SharedCluster.settings)
        let proxied = WriterFixture(try PostgresSettings(url: proxy.url))
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = BatchWriter(
                loop: loop, settings: proxied.settings, tables: fixture.tables,
                configuration: Self.impatient(.bounded))
            try await until(loop) { writer.isConnected }
            proxy.set(.silence)
            let failure = await writer.attempt(fixture.call(1))
            guard case .inDoubt(let error) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(error?.kind == .timeout)
            #expect(writer.metrics.expired.value == 1)
            #expect(try await fixture.countCalls(loop) == 1)
            proxy.remove()
            // With no connection, what comes next was surely not sent.
            try await until(loop) { !writer.isConnected }
            let next = await writer.attempt(fixture.call(2))
            guard case .notWritten(let error) = next else {
                Issue.record("\(String(describing: next))")
                return
            }
            #expect(error?.isTransient == true)
            #expect(writer.close() == 0)
        }
    }

    private static func impatient(_ mode: WriterConfiguration.Mode) -> WriterConfiguration {
        var configuration = WriterConfiguration(mode: mode, connections: 1)
        configuration.commitTimeout = .milliseconds(200)
        configuration.doubtWindow = .milliseconds(200)
        return configuration
    }

    @Test("Sessions that are killed under load lose nothing")
    func survivesKilledSessions() async throws {
        let fixture = WriterFixture(
            try await PostgresSettings(url: SharedCluster.cluster.url() + "?application_name=victim"))
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop)
            let killer = try await PostgresConnection.connect(try await SharedCluster.settings, on: loop)
            let isOver = Flag()
            let kills = alongside(loop) {
                while !isOver.value {
                    _ = try? await killer.query(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'")
                    await loop.sleep(for: .milliseconds(30))
                }
            }
            let failures = await concurrently(32, on: loop) { caller in
                var failures = 0
                for step in 0..<50 {
                    if await writer.attempt(fixture.call(caller * 50 + step)) != nil { failures += 1 }
                    await loop.sleep(for: .milliseconds(2))
                }
                return failures
            }
            isOver.value = true
            await kills.value
            killer.close()
            #expect(failures.reduce(0, +) == 0)
            #expect(writer.metrics.losses.value > 0)
            writer.close()
            let plain = WriterFixture(try await SharedCluster.settings)
            #expect(try await plain.number("SELECT count(*) FROM \(fixture.schema).calls", loop) == 1600)
        }
    }

    @Test("With PostgreSQL away, persistent units are kept up to the bound, and written when it comes")
    func waitsForTheServer() async throws {
        let cluster = try await PostgresCluster()
        defer { cluster.remove() }
        let fixture = WriterFixture(try PostgresSettings(url: cluster.url()))
        try await onLoop { loop in
            try await fixture.create(loop)
            try await cluster.stop()
            let writer = fixture.writer(loop) { $0.maximumRequests = 20 }
            let bounded = fixture.writer(loop, .bounded) { $0.doubtWindow = .milliseconds(100) }
            let outcomes = await concurrently(25, on: loop) {
                await writer.write(fixture.call($0), waitingAtMost: .milliseconds(50))
            }
            #expect(outcomes.filter { $0 == .queued }.count == 20)
            #expect(outcomes.filter { $0 == .failed(.full) }.count == 5)
            #expect(await writer.attempt(fixture.call(99)) == .full)
            #expect(writer.metrics.full.value == 6)
            #expect(writer.metrics.queuedRequests.value == 20)
            #expect(await !writer.flush(within: .milliseconds(50)))
            guard case .notWritten(let error?) = await bounded.attempt(fixture.call(500)) else {
                Issue.record("a bounded unit without a server")
                return
            }
            #expect(error.kind == .connection)
            #expect(!writer.isConnected)
            try await cluster.start()
            #expect(await writer.flush(within: .seconds(20)))
            // Each writer has a connection of its own, which comes back in its own time.
            try await until(loop) { bounded.isConnected }
            try await bounded.write(fixture.call(501))
            #expect(try await fixture.countCalls(loop) == 21)
            writer.close()
            bounded.close()
        }
    }

    @Test("The bound of bytes holds too, and a closed writer takes nothing")
    func boundsBytes() async throws {
        let fixture = WriterFixture(try PostgresSettings(url: "postgresql://postgres@%2Fnowhere/postgres"))
        try await onLoop { loop in
            let writer = fixture.writer(loop) { $0.maximumBytes = 1000 }
            #expect(await writer.write(fixture.call(1), waitingAtMost: .zero) == .queued)
            let large = fixture.call(2, body: String(repeating: "x", count: 1000))
            #expect(await writer.attempt(large) == .full)
            let bounded = fixture.writer(loop, .bounded) { $0.doubtWindow = .seconds(50) }
            let waiting = alongside(loop) { await bounded.attempt(fixture.call(3)) }
            try await until(loop) { bounded.metrics.queuedRequests.value == 1 && bounded.lastError != nil }
            #expect(bounded.close() == 1)
            guard case .notWritten = await waiting.value else {
                Issue.record("a unit of a closed writer")
                return
            }
            #expect(writer.close() == 1)
            #expect(await writer.attempt(fixture.call(4)) == .closed)
            #expect(await writer.write(fixture.call(4), waitingAtMost: .seconds(1)) == .failed(.closed))
        }
    }

    @Test("A transaction that waits for a lock is given up after its time, and is written once the lock is free")
    func survivesLocks() async throws {
        let fixture = WriterFixture(try await SharedCluster.settings)
        try await onLoop { loop in
            try await fixture.create(loop)
            let writer = fixture.writer(loop) { $0.commitTimeout = .milliseconds(150) }
            try await until(loop) { writer.isConnected }
            let holder = try await PostgresConnection.connect(fixture.settings, on: loop)
            try await holder.execute("BEGIN; LOCK TABLE \(fixture.schema).calls IN ACCESS EXCLUSIVE MODE")
            #expect(await writer.write(fixture.call(1), waitingAtMost: .milliseconds(400)) == .queued)
            #expect(writer.metrics.losses.value > 0)
            try await holder.execute("COMMIT")
            #expect(await writer.flush(within: .seconds(10)))
            #expect(try await fixture.countCalls(loop) == 1)
            holder.close()
            writer.close()
        }
    }

    @Test("A read-only server makes a bounded unit fail as not written, and a persistent one wait")
    func readOnlyIsTransient() async throws {
        let cluster = try await PostgresCluster()
        defer { cluster.remove() }
        let fixture = WriterFixture(try PostgresSettings(url: cluster.url()))
        try await onLoop { loop in
            try await fixture.create(loop)
            try await fixture.withConnection(loop) {
                try await $0.execute("ALTER SYSTEM SET default_transaction_read_only = on")
                try await $0.execute("SELECT pg_reload_conf()")
            }
            let bounded = fixture.writer(loop, .bounded) { $0.doubtWindow = .milliseconds(300) }
            let writer = fixture.writer(loop)
            try await until(loop) {
                try await fixture.withConnection(loop) {
                    try await $0.query("SHOW default_transaction_read_only")[0][0].text == "on"
                }
            }
            guard case .notWritten(let error?) = await bounded.attempt(fixture.call(1)) else {
                Issue.record("a bounded unit on a read-only server")
                return
            }
            #expect(error.sqlState == "25006")
            #expect(await writer.write(fixture.call(2), waitingAtMost: .milliseconds(200)) == .queued)
            try await fixture.withConnection(loop) {
                try await $0.execute("SET default_transaction_read_only = off")
                try await $0.execute("ALTER SYSTEM RESET default_transaction_read_only")
                try await $0.execute("SELECT pg_reload_conf()")
            }
            #expect(await writer.flush(within: .seconds(10)))
            #expect(try await fixture.countCalls(loop) == 1)
            writer.close()
            bounded.close()
        }
    }

    @Test("Tables that are missing keep persistent units until they are made")
    func waitsForTables() async throws {
        let fixture = WriterFixture(try await SharedCluster.settings)
        try await onLoop { loop in
            let writer = fixture.writer(loop)
            #expect(await writer.write(fixture.call(1), waitingAtMost: .milliseconds(100)) == .queued)
            #expect(["3F000", "42P01"].contains(writer.lastError?.sqlState))
            try await fixture.create(loop)
            #expect(await writer.flush(within: .seconds(10)))
            #expect(try await fixture.countCalls(loop) == 1)
            writer.close()
        }
    }
}

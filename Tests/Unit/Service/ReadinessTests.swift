import Problems
import class EventLoop.EventLoop
import JSON
import Relay
import Testing
import Vault

@testable import Service

@Suite struct ReadinessTests {
    private func state(_ readiness: Readiness) throws -> (status: Int, word: String?, checks: [String: String]) {
        let reply = readiness.reply
        let document = try JSONDocument(reply.body).root
        let checks = try #require(document["checks"]).members.map { ($0.name, $0.value.string ?? "") }
        return (reply.status, document["status"]?.string, Dictionary(uniqueKeysWithValues: checks))
    }

    @Test("A replica is ready with PostgreSQL, a current vault and partitions, and until it drains")
    func replicaIsReadyWithPostgreSQL() throws {
        let freshness = VaultFreshness()
        let readiness = Readiness(freshness: freshness, catalog: try CatalogHolder(folder: nil))
        var now = try state(readiness)
        #expect(now.status == 503 && now.word == "unavailable" && !readiness.isReady)
        #expect(now.checks["database"] == "PostgreSQL is unreachable")
        #expect(now.checks["vault"] == "no current copy of the vault")
        #expect(now.checks["partitions"] == "not checked yet" && now.checks["draining"] == "no")
        readiness.setConnected(true)
        #expect(!readiness.isReady)
        readiness.markLoaded()
        #expect(!readiness.isReady, "a copy that nobody has confirmed does not count")
        freshness.confirm(at: EventLoop.now())
        now = try state(readiness)
        #expect(now.status == 200 && now.word == "ready" && readiness.isReady)
        #expect(now.checks["database"] == "connected" && now.checks["vault"] == "current")
        readiness.setConnected(false)
        #expect(!readiness.isReady)
        readiness.setConnected(true)
        readiness.drain()
        now = try state(readiness)
        #expect(now.status == 503 && now.checks["draining"] == "the replica is stopping" && readiness.isDraining)
    }

    @Test("A vault that was confirmed too long ago makes a replica unready")
    func staleVault() throws {
        let freshness = VaultFreshness()
        let readiness = Readiness(freshness: freshness, catalog: try CatalogHolder(folder: nil))
        readiness.setConnected(true)
        readiness.markLoaded()
        let now = EventLoop.now()
        try #require(now > 62_000_000_000, "the machine has run for a minute")
        freshness.confirm(at: now - 61_000_000_000)
        #expect(!readiness.isReady && (readiness.vaultAgeSeconds ?? 0) >= 61)
    }

    @Test(
        "A clock that is more than five minutes off makes a replica unready",
        arguments: [
            (0, "agrees with PostgreSQL's", true), (45_000, "45 s ahead of PostgreSQL's", true),
            (-300_000, "300 s behind PostgreSQL's", true),
            (600_000, "600 s ahead of PostgreSQL's; calls are refused above 300 s", false),
            (-301_000, "301 s behind PostgreSQL's; calls are refused above 300 s", false),
        ] as [(Int64, String, Bool)])
    func clockThatIsMoreThanFive(_ milliseconds: Int64, _ text: String, _ isReady: Bool) throws {
        let freshness = VaultFreshness()
        freshness.confirm(at: EventLoop.now())
        let readiness = Readiness(freshness: freshness, catalog: try CatalogHolder(folder: nil))
        readiness.setConnected(true)
        readiness.markLoaded()
        #expect(try state(readiness).checks["clock"] == "not compared with PostgreSQL's yet" && readiness.isReady)
        freshness.clock.record(milliseconds: milliseconds)
        #expect(try state(readiness).checks["clock"] == text && readiness.isReady == isReady)
    }

    @Test(
        "Partitions are told in words; only their lack today is a fault",
        arguments: [
            (14, "14 days ahead", true), (1, "1 days ahead", true), (0, "less than a day of partitions is left", true),
            (-1, "today's partitions of the audit trail are missing", false),
        ])
    func partitionsAreToldInWords(_ days: Int, _ text: String, _ isReady: Bool) throws {
        let freshness = VaultFreshness()
        freshness.confirm(at: EventLoop.now())
        let readiness = Readiness(freshness: freshness, catalog: try CatalogHolder(folder: nil))
        readiness.setConnected(true)
        readiness.markLoaded()
        #expect(readiness.partitionDaysAhead == nil)
        readiness.setPartitionDays(days)
        #expect(readiness.partitionDaysAhead == days)
        #expect(try state(readiness).checks["partitions"] == text)
        #expect(readiness.isReady == isReady)
    }
}

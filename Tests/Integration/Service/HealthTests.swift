import EventLoop
import Glibc
import JSON
import Locks
import Postgres
import Relay
import TestSupport
import Testing

@testable import Service

/// `/readyz` and `/livez` of a whole replica while a part of it does not work.
@Suite struct HealthTests {
    /// A way to keep a database from taking the writers' connections, and the way back.
    struct Outage: Sendable, CustomTestStringConvertible {
        var begin: String
        var end: String
        var reason: String
        var testDescription: String { reason }
    }

    static let outages = [
        Outage(
            begin: "ALLOW_CONNECTIONS false", end: "ALLOW_CONNECTIONS true", reason: "PostgreSQL cannot be reached"),
        Outage(
            begin: "SET default_transaction_read_only = on", end: "RESET default_transaction_read_only",
            reason: "PostgreSQL is read-only"),
    ]

    private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("within 30 s: \(what)")
    }

    private func checks(_ answer: HTTPAnswer) throws -> [String: String] {
        let members = try #require(answer.json["checks"]).members
        return Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value.string ?? "") })
    }

    @Test("A replica whose writers have no working connection is not ready, says why, and recovers", arguments: outages)
    func replicaWhoseWritersHaveNoWorking(_ outage: Outage) async throws {
        try await withService(gateway: "http://127.0.0.1:9/") { service in
            let database = service.database.name
            try await onLoop(seconds: 120) { loop in
                let admin = try await PostgresConnection.connect(await SharedCluster.settings, on: loop)
                defer { admin.close() }
                try await admin.execute("ALTER DATABASE \(database) \(outage.begin)")
                // Idle writers have sent nothing since the script that begins a session. The vault's watcher has.
                let ended = try await admin.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = $1 AND query LIKE 'SET synchronous_commit%'
                    """, [.text(database)])
                #expect(ended.count == 4)
                try await eventually("/readyz is 503") {
                    try await service.request("GET", "/readyz").status == 503
                }
                let found = try checks(try await service.request("GET", "/readyz"))
                let text = found["writers"] ?? ""
                // Which of the writers is named depends on which lost its connection first.
                #expect(text.hasPrefix("worker "), "\(text)")
                #expect(text.contains(" has had no connection for its "), "\(text)")
                #expect(text.hasSuffix(outage.reason), "\(text)")
                #expect(found["database"] == "connected" && found["vault"] == "current")
                #expect(try await service.request("GET", "/livez").status == 200)
                try await admin.execute("ALTER DATABASE \(database) \(outage.end)")
                try await eventually("/readyz is 200") {
                    try await service.request("GET", "/readyz").status == 200
                }
                #expect(try checks(try await service.request("GET", "/readyz"))["writers"] == "connected")
            }
        }
    }

    @Test(
        "A damaged key of the vault is told by its name, and not as a lost database",
        arguments: ["fingerprint", "idempotency"])
    func damagedKey(_ name: String) async throws {
        try await withService(gateway: "http://127.0.0.1:9/") { service in
            try await onLoop(seconds: 120) { loop in
                let sealed =
                    try await service.database.rows(
                        "SELECT sealed FROM vault.keys WHERE name = $1", [.text(name)], loop)[0][0].bytes ?? []
                _ = try await service.database.rows(
                    "UPDATE vault.keys SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) WHERE name = $1",
                    [.text(name)], loop)
                try await eventually("the vault's check names the row") {
                    try checks(try await service.request("GET", "/readyz"))["vault"] != "current"
                }
                let found = try checks(try await service.request("GET", "/readyz"))
                let text = found["vault"] ?? ""
                #expect(text.hasPrefix("vault.keys/\(name)/1 cannot be opened with TOPRELAY_MASTER_KEY"), "\(text)")
                #expect(text.contains("restore this row from a backup"))
                #expect(found["database"] == "connected")
                _ = try await service.database.rows(
                    "UPDATE vault.keys SET sealed = $2 WHERE name = $1", [.text(name), .bytes(sealed)], loop)
                try await eventually("the vault is current") {
                    try checks(try await service.request("GET", "/readyz"))["vault"] == "current"
                }
            }
        }
    }

    @Test("A token whose row cannot be read is refused with the reason, and counted")
    func unreadableToken() async throws {
        try await withService(gateway: "http://127.0.0.1:9/") { service in
            try await onLoop { loop in
                try await service.database.withConnection(loop) { connection in
                    try await connection.execute(
                        """
                        ALTER TABLE vault.tokens DROP CONSTRAINT tokens_methods;
                        UPDATE vault.tokens SET methods = '{"tmall .*"}' WHERE name = 'shop'
                        """)
                }
            }
            let path = "/v1/calls/017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
            try await eventually("the token is refused") {
                try await service.request("GET", path, token: service.tokens.shop).status == 403
            }
            let answer = try await service.request("GET", path, token: service.tokens.shop)
            #expect(answer.problem == "forbidden" && answer.text.contains("its row in the vault cannot be read"))
            #expect(try await service.request("GET", path, token: service.tokens.crm).status == 404)
        }
    }

    @Test("A worker whose loop is stalled fails /livez by name and is counted; it recovers when the loop turns")
    func stalledLoop() async throws {
        try await withService(gateway: "http://127.0.0.1:9/", stallLimit: .seconds(1)) { service in
            let isBlocked = Locked(true)
            // Whatever the test finds, the loop has to turn again before it can end.
            defer { isBlocked.withLock { $0 = false } }
            service.workers.all[1].loop.execute { while isBlocked.withLock({ $0 }) { usleep(1000) } }
            // The stalled loop may be handed the first connection, which then gets no answer. It counts as one of that
            // loop's, so the next ones go to the other.
            try await eventually("/livez is 503") {
                (try? await service.request("GET", "/livez"))?.status == 503
            }
            let answer = try await service.request("GET", "/livez")
            #expect(answer["content-type"] == "text/plain; charset=utf-8")
            #expect(answer.text.contains("the loop worker-1 has run no work for "), "\(answer.text)")
            let metrics = try await service.request("GET", "/metrics").text
            #expect(metrics.contains(/toprelay_loop_stalls_total\{loop="worker-1"\} [1-9]/))
            #expect(metrics.contains("toprelay_loop_stalls_total{loop=\"housekeeping\"} "))
            isBlocked.withLock { $0 = false }
            try await eventually("/livez is 200") { try await service.request("GET", "/livez").text == "alive\n" }
        }
    }
}

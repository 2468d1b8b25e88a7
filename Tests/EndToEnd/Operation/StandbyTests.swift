import Foundation
import JSON
import TestSupport
import Testing

/// A primary with a real standby, and a replica that knows both servers.
@Suite("PostgreSQL with a standby", .bounded)
struct StandbyTests {
    private static let warning = "no standby is synchronous"

    private func url(_ servers: [PostgresCluster], _ database: String) -> String {
        let hosts = servers.map { $0.folder.replacingOccurrences(of: "/", with: "%2F") }.joined(separator: ",")
        return "postgresql://postgres@\(hosts)/\(database)?target_session_attrs=read-write"
    }

    /// The bytes of WAL that the standby has not replayed.
    private func lag(of stage: Stage) async throws -> Int? {
        let rows = try await stage.query(
            "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint AS lag FROM pg_stat_replication")
        return rows.first?["lag"]?.lexeme.flatMap { Int($0) }
    }

    @Test("A replica follows the promotion of the standby when its URL names both servers, in either order")
    func replicaFollowsPromotionOfStandby() async throws {
        let stage = try await Stage.makeApart(start: false)
        let standby = try await PostgresCluster(standbyOf: stage.cluster)
        let relays = [
            try await stage.startRelay(["DATABASE_URL": url([stage.cluster, standby], stage.database)]),
            try await stage.startRelay(["DATABASE_URL": url([standby, stage.cluster], stage.database)]),
        ]
        for relay in relays {
            let example = Example.rental()
            #expect(try await relay.post(example.path, example.body, token: stage.tokens.caller).status == 200)
            try await eventually("the standby is reported") { relay.log.contains(Self.warning) }
            #expect(relay.log.contains("synchronous_standby_names"))
        }
        try await eventually("the standby has caught up") { try await lag(of: stage) == 0 }
        try await stage.cluster.stop(.immediate)
        try await standby.promote()
        for relay in relays {
            try await relay.waitUntilReady()
            let example = Example.rental()
            let answer = try await eventually("calls are taken again") {
                let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
                return answer.status == 200 ? answer : nil
            }
            let rows = try await standby.query(
                "SELECT outcome FROM audit.calls WHERE id = '\(answer.id ?? "")'", in: stage.database)
            #expect(rows.map { $0["outcome"]?.string } == ["success"])
        }
        standby.remove()
        await stage.stop()
    }

    @Test("A replica that knows the standby alone is not ready, because the server is read-only")
    func standbyAlone() async throws {
        let stage = try await Stage.makeApart(start: false)
        let standby = try await PostgresCluster(standbyOf: stage.cluster)
        // Without keys in the vault the replica would have to write before it could say anything else.
        try await stage.startRelay().child.kill()
        try await eventually("the standby has caught up") { try await lag(of: stage) == 0 }
        let relay = try await stage.startRelay(["DATABASE_URL": standby.url(stage.database)], isReady: false)
        try await eventually("the writers have no working connection") {
            let answer = try? await relay.get("/readyz")
            let text = answer?.json["checks"]?["writers"]?.string ?? ""
            return answer?.status == 503 && text.contains("PostgreSQL is read-only")
        }
        standby.remove()
        await stage.stop()
    }

    @Test(
        "The warning is there for an asynchronous standby, also for a role that sees little, and not for a synchronous one"
    )
    func warningIsThereForAsynchronous() async throws {
        let stage = try await Stage.makeApart(start: false)
        let before = try await stage.startRelay()
        let standby = try await PostgresCluster(standbyOf: stage.cluster)
        try await eventually("the standby follows") { try await lag(of: stage) != nil }
        let asynchronous = try await stage.startRelay()
        try await stage.cluster.execute("CREATE ROLE plain LOGIN", in: stage.database)
        try await stage.cluster.execute(
            """
            GRANT USAGE ON SCHEMA vault, audit TO plain;
            GRANT ALL ON ALL TABLES IN SCHEMA vault, audit, public TO plain;
            GRANT ALL ON ALL SEQUENCES IN SCHEMA vault, audit TO plain
            """, in: stage.database)
        let plain = [
            "DATABASE_URL": stage.cluster.url(stage.database).replacingOccurrences(of: "postgres@", with: "plain@")
        ]
        let unprivileged = try await stage.startRelay(plain, isReady: false)
        for relay in [asynchronous, unprivileged] {
            try await eventually("the standby is reported") { relay.log.contains(Self.warning) }
        }
        try await stage.cluster.execute("ALTER SYSTEM SET synchronous_standby_names = '*'", in: "postgres")
        try await stage.cluster.execute("SELECT pg_reload_conf()", in: "postgres")
        try await eventually("the standby is synchronous") {
            try await stage.query("SELECT sync_state FROM pg_stat_replication").first?["sync_state"]?.string == "sync"
        }
        for settings in [[:], plain] {
            let relay = try await stage.startRelay(settings, isReady: false)
            // The line about the vault comes before the standbys are looked at; a call comes after it.
            try await eventually("the vault is loaded") { relay.log.contains("Loaded the vault") }
            try await eventually("a heartbeat has passed", within: .seconds(60)) {
                let text = try await relay.get("/metrics").text
                return text.contains(/toprelay_vault_age_seconds [0-9]/)
            }
            #expect(!relay.log.contains(Self.warning))
        }
        #expect(!before.log.contains(Self.warning), "it has not connected again")
        standby.remove()
        await stage.stop()
    }
}

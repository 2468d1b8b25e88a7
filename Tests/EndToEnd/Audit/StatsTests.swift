import Foundation
import JSON
import TestSupport
import Testing

@Suite("Aggregates over HTTP and at a terminal", .bounded)
struct StatsTests {
    private func stats(_ stage: Stage, _ query: String) async throws -> [JSONValue] {
        let answer = try await stage.relay.get("/v1/audit/stats?" + query, token: stage.tokens.auditor)
        try #require(answer.status == 200, "\(query): \(answer)")
        return answer.json["data"]?.elements.map { $0 } ?? []
    }

    private func count(_ rows: [JSONValue], _ member: String = "count") -> Int {
        rows.reduce(0) { $0 + (Int($1[member]?.lexeme ?? "") ?? 0) }
    }

    /// Calls of the last days that another program put into the trail: three an hour, one of them failed.
    private static let earlier = """
        SELECT audit.make_partitions(audit.day(now()) - n) FROM generate_series(0, 4) AS n;
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, duration_us, attempts,
                                 request_bytes, response_bytes)
        SELECT gen_random_uuid(), audit.day_start(audit.day(now()) - 4) + n * interval '20 minutes', 1, now(), 'till', 'main', 'shop', 'demo.m' || n % 2,
               CASE n % 3 WHEN 0 THEN 'rejected' ELSE 'success' END, CASE n % 3 WHEN 0 THEN 422 ELSE 200 END, CASE n % 3 WHEN 0 THEN '15' END,
               CASE n % 3 WHEN 0 THEN 'isv.x' END, 1000 * (1 + n % 100), 1, 10, 20
        FROM generate_series(0, 215) AS n;
        """

    @Test("Calls are counted as soon as they have ended, by dimensions and filters, and the same when they are kept")
    func callsAreCountedAsSoon() async throws {
        let stage = try await Stage.make()
        let (rental, profile) = (Example.rental().method, Example.carProfile().method)
        try await stage.gateway.order(#"{"kind":"error","code":40,"method":"\#(rental)","count":3}"#)
        for _ in 0..<5 { _ = try await stage.call(.rental()) }
        for _ in 0..<2 { _ = try await stage.call(.carProfile("stats-profile"), headers: [("Top-Ref", "SO-stats")]) }
        let rows = try await stats(stage, "bucket=all&dimensions=method,outcome")
        #expect(
            rows.map { [$0["method"]?.string, $0["outcome"]?.string, $0["count"]?.lexeme, $0["error_rate"]?.lexeme] }
                == [
                    [rental, "rejected", "3", "1"], [rental, "success", "2", "0.000000"],
                    [profile, "success", "2", "0.000000"],
                ])
        #expect((Double(rows[0]["p95_ms"]?.lexeme ?? "") ?? 0) > 0)
        let few = try await stats(stage, "measures=count,error_rate&method=alitrip.*")
        #expect(few.allSatisfy { $0["p95_ms"] == nil && $0["errors"] == nil && $0["method"] == nil })
        #expect(count(few) == 5)
        for (query, expected) in [
            ("dimensions=seller&bucket=1m", 7), ("outcome=rejected", 3), ("status=422&dimensions=method", 3),
            ("code=40", 3), ("app=main&caller=caller", 7), ("caller=other", 0), ("seller=shop&bucket=1d", 2),
            ("ref=SO-stats&bucket=5m", 2), ("key=channel_profile_id:stats-profile&bucket=15m", 2),
            ("min_duration_ms=60000", 0), ("method=nothing.*", 0), ("dimensions=method&bucket=all&limit=1", 5),
            ("from=2000-01-01T00:00:00Z&bucket=all", 7), ("to=2000-01-01T00:00:00Z", 0),
        ] {
            #expect(count(try await stats(stage, query)) == expected, "\(query)")
        }
        try await stage.cluster.execute(Self.earlier, in: stage.database)
        let before = try await earlier(stage)
        #expect(before.map(\.count) == [72, 72, 72, 72])
        #expect(before.map { count($0) } == [216, 216, 72, 216] && count(before[0], "errors") == 72)
        // The leader finds the days that were added behind its back, and answers from what it keeps are the same.
        try await eventually("the days are counted") {
            let rows = try await stage.query(
                "SELECT sum(calls) AS calls FROM audit.rollups WHERE grain = '1h' AND dimension = '' AND calls = 3")
            return rows.first?["calls"]?.lexeme == "216"
        }
        let after = try await earlier(stage)
        for (one, other) in zip(before, after) { #expect(one.map(Self.text) == other.map(Self.text)) }
        await stage.stop()
    }

    private func earlier(_ stage: Stage) async throws -> [[JSONValue]] {
        let time = ISO8601DateFormatter().string(from: Date().addingTimeInterval(-5 * 86_400))
        let common = "from=\(time)&caller=till&bucket=1h"
        return [
            try await stats(stage, common), try await stats(stage, common + "&dimensions=app,seller"),
            try await stats(stage, common + "&sub_code=isv.x&measures=count"),
            try await stats(stage, common + "&method=demo.*&dimensions=app,caller"),
        ]
    }

    private static func text(_ row: JSONValue) -> String {
        ["at", "app", "seller", "caller"].map { row[$0]?.string ?? "" }.joined(separator: " ")
            + ["count", "errors", "error_rate", "p50_ms", "p95_ms", "p99_ms", "request_bytes"].map {
                row[$0]?.lexeme ?? ""
            }
            .joined(separator: " ")
    }

    @Test("A replica ends while it counts, without waiting for the count")
    func replicaEndsWhileItCounts() async throws {
        let stage = try await Stage.make()
        let hold = "LOCK TABLE audit.rollup_minutes IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)"
        async let held: Void = stage.cluster.execute("BEGIN; " + hold, in: stage.database)
        let waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        try await eventually("the count waits") {
            try await stage.query("SELECT count(*) AS n \(waiting)").first?["n"]?.lexeme == "1"
        }
        stage.relay.child.signal(SIGTERM)
        #expect(try await stage.relay.child.wait() == .exited(0))
        // What it waited for is still there.
        let ended = try await stage.query(
            "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'"
        )
        #expect(ended.first?["n"]?.lexeme == "1")
        _ = try? await held
        await stage.stop()
    }

    @Test("Who may not read the trail gets nothing, and a wrong question is told what is wrong")
    func whoMayNotRead() async throws {
        let stage = try await Stage.shared
        #expect(try await stage.relay.get("/v1/audit/stats", token: stage.tokens.caller).status == 403)
        #expect(try await stage.relay.get("/v1/audit/stats", token: nil).status == 401)
        for (query, words) in [
            ("dimension=method", "dimensions"), ("dimensions=methods", "sub_code"),
            ("bucket=1m&from=2020-01-01T00:00:00Z", "3000"),
        ] {
            let answer = try await stage.relay.get("/v1/audit/stats?" + query, token: stage.tokens.auditor)
            #expect(answer.status == 400 && answer.json["detail"]?.string?.contains(words) == true, "\(answer)")
        }
    }

    @Test("At a terminal: a table for people, lines of JSON for scripts, and refusals with code 2")
    func atTerminal() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        _ = try await stage.call(example)
        let table = try await stage.line.succeed(
            [
                "audit", "stats", "--dimensions", "method,outcome", "--measures", "count,p95", "--key",
                "channel_profile_id:\(example.marker)",
            ])
        let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.first == ["AT", "METHOD", "OUTCOME", "COUNT", "P95_MS"])
        #expect(lines.count == 2 && lines.last?[1...3] == [example.method, "success", "1"])
        let json = try await stage.line.succeed(
            ["audit", "stats", "--json", "--bucket", "1m", "--ref", "nobody's", "--caller", "caller"])
        #expect(json.isEmpty)
        let row = try await stage.line.succeed(
            [
                "audit", "stats", "--json", "--bucket", "1d", "--limit", "1", "--method", example.method, "--outcome",
                "success",
            ])
        let first = try #require(row.split(separator: "\n").first)
        #expect((Int(try JSONDocument(Array(first.utf8)).root["count"]?.lexeme ?? "") ?? 0) >= 1)
        for (arguments, words) in [
            (["--bucket", "2m"], "15m"), (["--dimensions", "shop"], "sub_code"), (["--measures", "p90"], "p95"),
            (["--limit", "0"], "1000"), (["--outcome", "open"], "ended"), (["--outcome", "fine"], "fine"),
            (["--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"], "before"),
            (["--bucket", "1m", "--from", "2020-01-01T00:00:00Z"], "3000"), (["--key", "x"], "NAME:VALUE"),
        ] {
            let refused = try await stage.line.run(["audit", "stats"] + arguments)
            #expect(refused.code == 2 && refused.errors.contains(words), "\(arguments): \(refused)")
        }
    }
}

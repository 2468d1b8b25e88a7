import JSON
import TestSupport
import Testing

@Suite("A token for some apps or methods reads these alone", .bounded)
struct BoundedReaderTests {
    /// Calls of the last hours by three apps and four methods: ended and open ones, each with a refusal of its kind,
    /// and two refusals that name no app.
    private static let seed = """
        CREATE TABLE known AS
        SELECT n, at, 'app' || n % 3 AS app, (ARRAY['m.put', 'm.get', 'n_a.put', 'nxa.put'])[1 + n / 3 % 4] AS method, n % 5 > 0 AS has_ended,
               (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n), 3, '0') || '8' || substr(md5(n::text), 1, 15))::uuid AS id
        FROM (SELECT n, date_trunc('milliseconds', now() - n * interval '7 minutes') AS at FROM generate_series(1, 120) AS n) AS s;
        INSERT INTO audit.intents (id, at, deadline, replica, caller, app, method, keys, key_version)
        SELECT id, at, at + interval '2 days', 'test', 'caller', app, method, '{42}', 1 FROM known;
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, method, outcome, status, duration_us, attempts, request_bytes,
                                 response_bytes, keys, key_version)
        SELECT id, at, 1, at, 'caller', app, method, 'success', 200, 1000 * n, 1, 1, 2, '{42}', 1 FROM known WHERE has_ended;
        INSERT INTO audit.refusals (at, caller, method, app, status, type, pointers, refs)
        SELECT now(), 'caller', method, CASE WHEN n > 2 THEN app END, 422, 'invalid-parameters', '{}', '{}' FROM known;
        UPDATE audit.reconciliation SET closed_before = now() - interval '2 days'
        """

    /// The options of a token, and the rows that it may see.
    private static let kinds: [([String], String)] = [
        (["--app", "app1"], "app = 'app1'"), (["--app", "app0", "--app", "app2"], "app IN ('app0', 'app2')"),
        (["--method", "m.*"], "method IN ('m.put', 'm.get')"), (["--method", "n_a.*"], "method = 'n_a.put'"),
        (
            ["--app", "app1", "--method", "m.get", "--method", "n*"],
            "app = 'app1' AND method IN ('m.get', 'n_a.put', 'nxa.put')"
        ),
        (["--app", "elsewhere"], "false"),
    ]

    private static let counts = "/v1/audit/stats?bucket=all&measures=count"

    private func reader(_ stage: Stage, _ options: [String]) async throws -> String {
        let token = try await stage.line.token(
            "reader-" + Example.newMarker(), ["--scope", "audit:read", "--scope", "audit:note"] + options)
        try await eventually("the token is known") {
            try await stage.relay.get("/v1/audit/refusals", token: token).status != 401
        }
        return token
    }

    private func number(_ stage: Stage, _ sql: String) async throws -> Int {
        Int(try await stage.query(sql).first?["n"]?.lexeme ?? "") ?? -1
    }

    @Test("Lists, exports, aggregates and refusals leave out what is beyond it")
    func listsExportsAggregatesAndRefusals() async throws {
        let stage = try await Stage.make()
        try await stage.cluster.execute(Self.seed, in: stage.database)
        let ended = try await number(stage, "SELECT count(*) AS n FROM audit.calls")
        try await eventually("the calls are counted", within: .seconds(90)) {
            let stats = try await stage.relay.get(Self.counts, token: stage.tokens.auditor)
            return Int(stats.json["data"]?.elements.first { _ in true }?["count"]?.lexeme ?? "") == ended
        }
        for (options, condition) in Self.kinds {
            let token = try await reader(stage, options)
            let relay = stage.relay
            let all = try await number(stage, "SELECT count(*) AS n FROM audit.trail WHERE \(condition)")
            let list = try await relay.get("/v1/audit/calls?limit=1000", token: token)
            #expect(list.json["data"]?.count == all, "\(options)")
            let ended = try await number(
                stage, "SELECT count(*) AS n FROM audit.calls WHERE \(condition) AND method LIKE '%.put'")
            let puts = try await relay.get("/v1/audit/calls?limit=1000&method=*.put&outcome=success", token: token)
            #expect(puts.json["data"]?.count == ended, "\(options)")
            let export = try await relay.get("/v1/audit/export", token: token)
            #expect(export.text.split(separator: "\n").count == all, "\(options)")
            for query in ["bucket=all", "bucket=1h&dimensions=caller", "bucket=all&dimensions=method,app"] {
                let stats = try await relay.get("/v1/audit/stats?measures=count&\(query)", token: token)
                let counts = stats.json["data"]?.elements.map { Int($0["count"]?.lexeme ?? "") ?? 0 } ?? []
                let truth = try await number(stage, "SELECT count(*) AS n FROM audit.calls WHERE \(condition)")
                #expect(counts.reduce(0, +) == truth, "\(options) \(query)")
            }
            let refusals = try await relay.get("/v1/audit/refusals?limit=1000", token: token)
            let refused = try await number(stage, "SELECT count(*) AS n FROM audit.refusals WHERE \(condition)")
            #expect(refusals.json["data"]?.count == refused, "\(options)")
        }
        await stage.stop()
    }

    @Test("What is asked for by name and lies beyond it is forbidden, and so are its calls, their notes and siblings")
    func whatIsAskedForByName() async throws {
        let stage = try await Stage.make()
        try await stage.cluster.execute(Self.seed, in: stage.database)
        let token = try await reader(stage, ["--app", "app1", "--method", "m.*"])
        func ids(_ condition: String) async throws -> [String] {
            try await stage.query("SELECT id FROM known WHERE \(condition) ORDER BY n LIMIT 1").map {
                $0["id"]?.string ?? ""
            }
        }
        let own = try #require(try await ids("app = 'app1' AND method = 'm.get'").first)
        let others = try await ids("app = 'app0' AND method = 'm.get'") + ids("app = 'app1' AND method = 'nxa.put'")
        #expect(others.count == 2)
        for path in ["calls", "stats", "export"] {
            for query in ["app=app0", "method=nxa.put", "app=app1&method=nxa.put", "app=nothing"] {
                let answer = try await stage.relay.get("/v1/audit/\(path)?\(query)", token: token)
                #expect(answer.status == 403 && answer.problem == "forbidden", "\(path) \(query)")
            }
            let answer = try await stage.relay.get("/v1/audit/\(path)?app=app1&method=m.get", token: token)
            #expect(answer.status == 200, "\(path)")
        }
        #expect(try await stage.relay.get("/v1/audit/refusals?method=nxa.put", token: token).status == 403)
        let note = #"{"text":"seen"}"#
        for id in others {
            #expect(try await stage.relay.get("/v1/audit/calls/\(id)", token: token).status == 403)
            #expect(try await stage.relay.get("/v1/audit/calls?sibling_of=\(id)", token: token).status == 403)
            #expect(try await stage.relay.post("/v1/audit/calls/\(id)/notes", note, token: token).status == 403)
        }
        #expect(try await number(stage, "SELECT count(*) AS n FROM audit.notes") == 0)
        #expect(try await stage.relay.get("/v1/audit/calls/\(own)", token: token).status == 200)
        #expect(try await stage.relay.post("/v1/audit/calls/\(own)/notes", note, token: token).status == 201)
        let siblings = try await stage.relay.get("/v1/audit/calls?sibling_of=\(own)&limit=1000", token: token)
        let truth = try await number(
            stage, "SELECT count(*) AS n FROM known WHERE app = 'app1' AND method LIKE 'm.%' AND id <> '\(own)'")
        #expect(siblings.json["data"]?.count == truth)
        let missing = "/v1/audit/calls/01890a5d-ac96-774b-bcce-b302099a8057"
        #expect(try await stage.relay.get(missing, token: token).status == 404)
        await stage.stop()
    }
}

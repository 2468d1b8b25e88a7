import JSON
import TestSupport
import Testing

@Suite("Every filter of the list over HTTP, against the view of all calls", .bounded)
struct AuditFilterTests {
    /// Calls of the last thirty hours with every column filled at random: open, ended, closed by the reconciler, and
    /// both; several in one millisecond. The last of them stands at the first instant of a day.
    private static let seed = """
        SELECT setseed(0.25);
        CREATE TABLE known AS
        SELECT n, (random() * 9)::int AS kind, (random() * 100)::int AS r, at,
               (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n), 3, '0') || '8' || substr(md5(n::text), 1, 15))::uuid AS id
        FROM (SELECT n, CASE WHEN n = 400 THEN audit.day_start(audit.day(now())) ELSE
                     date_trunc('milliseconds', now() - (n / 3) * interval '13 minutes') END AS at FROM generate_series(1, 400) AS n) AS s
        WHERE at >= audit.day_start(audit.day(now()) - 1);
        INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method, refs, client_request_id, trace_id)
        SELECT id, at, at + interval '2 days', 'test', 'caller' || r % 3, 'app' || r % 4, CASE WHEN r % 5 > 0 THEN '店铺 ' || r % 5 END, 'm.' || r % 6,
               CASE WHEN r % 3 = 0 THEN ARRAY['R' || r % 7, 'S' || n] END, CASE WHEN r % 2 = 0 THEN 'c' || n END,
               CASE WHEN r % 5 = 0 THEN 'trace' || n % 4 END FROM known;
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, duration_us, attempts,
                                 top_request_id, refs, client_request_id, request_bytes, response_bytes, trace_id)
        SELECT k.id, k.at, source, k.at + r::bigint * r * 1500 * interval '1 microsecond', caller, app, seller, method,
               CASE WHEN source = 0 THEN 'unknown' WHEN r % 4 = 0 THEN 'rejected' ELSE 'success' END,
               CASE WHEN source = 0 THEN 504 WHEN r % 4 = 0 THEN 422 ELSE 200 END,
               CASE WHEN source = 1 AND r % 4 = 0 THEN '15' END, CASE WHEN source = 1 AND r % 4 = 0 THEN 'isv.e' || r % 8 END,
               r::bigint * r * 1500, 1, CASE WHEN source = 1 THEN 't' || n END, refs, client_request_id, 1, 2, trace_id
        FROM known AS k JOIN audit.intents USING (at, id), generate_series(0, 1) AS source
        WHERE (kind < 7 AND source = 1) OR (kind IN (6, 7) AND source = 0);
        INSERT INTO audit.lookups SELECT trace_id, at, id FROM audit.calls WHERE trace_id IS NOT NULL;
        UPDATE audit.reconciliation SET closed_before = now() - interval '10 days'
        """

    private static let queries = [
        ("", "true"), ("caller=caller1", "caller = 'caller1'"), ("app=app2", "app = 'app2'"),
        ("seller=%E5%BA%97%E9%93%BA+3", "seller = '店铺 3'"), ("method=m.4", "method = 'm.4'"), ("method=m.*", "true"),
        ("method=*.4", "method = 'm.4'"), ("outcome=success", "outcome = 'success'"),
        ("outcome=open", "outcome = 'open'"),
        ("outcome=unknown", "outcome = 'unknown'"),
        ("outcome=rejected&app=app0", "outcome = 'rejected' AND app = 'app0'"),
        ("status=200", "status = 200"), ("status=504&caller=caller0", "status = 504 AND caller = 'caller0'"),
        ("code=15", "code = '15'"), ("sub_code=isv.e4", "sub_code = 'isv.e4'"),
        ("top_request_id=t30", "top_request_id = 't30'"),
        ("client_request_id=c20", "client_request_id = 'c20'"), ("min_duration_ms=100", "duration_us >= 100000"),
        ("min_duration_ms=5000", "duration_us >= 5000000"), ("ref=R6", "'R6' = ANY(refs)"),
        ("ref=S9&outcome=success", "'S9' = ANY(refs) AND outcome = 'success'"),
        ("app=app1&caller=caller2&method=m.1", "app = 'app1' AND caller = 'caller2' AND method = 'm.1'"),
        ("caller=caller1,caller2", "caller IN ('caller1', 'caller2')"), ("status=200,504", "status IN (200, 504)"),
        ("status=422,504", "status IN (422, 504)"), ("outcome=open,rejected", "outcome IN ('open', 'rejected')"),
        ("outcome=success,unknown&app=app1,app2", "outcome IN ('success', 'unknown') AND app IN ('app1', 'app2')"),
        ("method=m.1,*.4", "method IN ('m.1', 'm.4')"), ("method=m.1,m.2,m.3", "method IN ('m.1', 'm.2', 'm.3')"),
        ("seller=%E5%BA%97%E9%93%BA+3,%E5%BA%97%E9%93%BA+1", "seller IN ('店铺 3', '店铺 1')"),
        ("sub_code=isv.e4,isv.e0&code=15,16", "sub_code IN ('isv.e4', 'isv.e0') AND code IN ('15', '16')"),
        ("trace_id=trace1", "trace_id = 'trace1'"),
        ("trace_id=trace2&app=app1,app3", "trace_id = 'trace2' AND app IN ('app1', 'app3')"),
        ("trace_id=nothing", "false"),
        ("finished_from=-5h", "finished_at >= now() - interval '5 hours'"),
        ("finished_to=-5h", "finished_at < now() - interval '5 hours'"),
        (
            "finished_from=-20h&finished_to=-10h",
            "finished_at >= now() - interval '20 hours' AND finished_at < now() - interval '10 hours'"
        ),
        (
            "finished_from=today&outcome=success",
            "finished_at >= audit.day_start(audit.day(now())) AND outcome = 'success'"
        ),
        ("from=-5h", "at >= now() - interval '5 hours'"), ("to=today&from=-1d", "at >= now() - interval '1 day'"),
        ("seller=nobody", "false"), ("key=channel_profile_id:nothing", "false"),
    ]

    @Test("Each alone and some together, newest and oldest first, within a stretch of time, there and back")
    func eachAloneAndSome() async throws {
        let stage = try await Stage.make()
        try await stage.cluster.execute(Self.seed, in: stage.database)
        let edges = try await stage.query(
            """
            SELECT to_char(audit.day_start(audit.day(now())) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS day,
                   (SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM known WHERE n = 60) AS call
            """)
        let (day, call) = (edges[0]["day"]?.string ?? "", edges[0]["call"]?.string ?? "")
        let stretches = [
            ("", "true"), ("&from=\(day)", "at >= '\(day)'"), ("&to=\(day)", "at < '\(day)'"),
            ("&from=\(call)", "at >= '\(call)'"), ("&to=\(call)", "at < '\(call)'"),
        ]
        for (number, (query, condition)) in Self.queries.enumerated() {
            let hasTimes = query.contains("from=") || query.contains("to=")
            let stretch = hasTimes ? stretches[0] : stretches[number % stretches.count]
            for (order, sorting) in [("newest", "DESC"), ("oldest", "ASC")] {
                let truth = try await stage.query(
                    "SELECT id, outcome FROM audit.trail AS t JOIN (SELECT id, trace_id FROM audit.intents) AS i USING (id) WHERE \(condition) AND \(stretch.1) ORDER BY t.at \(sorting), id \(sorting)"
                )
                let found = try await walk(
                    stage, "\(query)\(stretch.0)&order=\(order)&limit=\(max(1, truth.count / 3))")
                let expected = truth.map { ($0["id"]?.string ?? "") + " " + ($0["outcome"]?.string ?? "") }
                #expect(found.there == expected, "\(query)\(stretch.0) \(order)")
                #expect(found.back == expected, "back: \(query)\(stretch.0) \(order)")
            }
        }
        let twice = try await stage.relay.get("/v1/audit/calls?app=app1&app=", token: stage.tokens.auditor)
        #expect(twice.problem == "malformed-request")
        for query in ["calls?ref=", "calls?seller&limit=5", "stats?key=", "export?outcome=", "refusals?type="] {
            let empty = try await stage.relay.get("/v1/audit/" + query, token: stage.tokens.auditor)
            #expect(
                empty.problem == "malformed-request" && empty.json["detail"]?.string?.contains("is empty") == true,
                "\(query)")
        }
        let finer = try await stage.relay.get(
            "/v1/audit/calls?from=\(call.dropLast())001Z&to=\(call.dropLast())001Z", token: stage.tokens.auditor)
        #expect(finer.json["data"]?.count == 0)
        let exact = try await stage.relay.get(
            "/v1/audit/calls?from=\(call)&to=\(call.dropLast())001Z", token: stage.tokens.auditor)
        #expect((exact.json["data"]?.count ?? 0) >= 1)
        await stage.stop()
    }

    private func walk(_ stage: Stage, _ query: String) async throws -> (there: [String], back: [String]) {
        func page(_ cursor: String?) async throws -> (rows: [String], next: String?, previous: String?) {
            let answer = try await stage.relay.get(
                "/v1/audit/calls?\(query)" + (cursor.map { "&cursor=\($0)" } ?? ""), token: stage.tokens.auditor)
            try #require(answer.status == 200, "\(answer)")
            #expect(answer.json["pagination"]?["scanned_until"]?.isNull == true)
            let rows = answer.json["data"]?.elements.map {
                ($0["id"]?.string ?? "") + " " + ($0["outcome"]?.string ?? "")
            }
            return (rows ?? [], answer.json["pagination"]?["next"]?.string, answer.json["pagination"]?["prev"]?.string)
        }
        var last = try await page(nil)
        var there = last.rows
        while let next = last.next, there.count < 1000 {
            last = try await page(next)
            there += last.rows
        }
        var back = last.rows
        while let previous = last.previous, back.count < 1000 {
            last = try await page(previous)
            back = last.rows + back
        }
        return (there, back)
    }
}

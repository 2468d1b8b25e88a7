import JSON
import TestSupport
import Testing

@Suite("The trace of requests that never became calls", .bounded)
struct RefusalTrailTests {
    private func list(_ stage: Stage, _ query: String) async throws -> [JSONValue] {
        let answer = try await stage.relay.get("/v1/audit/refusals?" + query, token: stage.tokens.auditor)
        try #require(answer.status == 200, "\(answer)")
        return Array(try #require(answer.json["data"]).elements)
    }

    /// The trace with a document number; it is written half a second after the refusal.
    private func refusal(_ stage: Stage, ref: String) async throws -> JSONValue {
        try await eventually("the refusal of \(ref) is there") { try await list(stage, "ref=\(ref)").first }
    }

    private func texts(_ value: JSONValue?) -> [String] { value?.elements.compactMap(\.string) ?? [] }

    @Test("401, 403, 422, 424 and 429 before anything is sent: who, what, why, and the document; never a value")
    func kinds401403422() async throws {
        let stage = try await Stage.make()
        let banned = Example.carProfile()
        try await stage.gateway.order(
            """
            {"contains":"\(banned.marker)","kind":"ban","seconds":300,"sub_code":"accesscontrol.limited-by-app-access-count"}
            """)
        try #require(try await stage.call(banned, app: "banned").status == 429)
        let (caller, limited) = (stage.tokens.caller, stage.tokens.limited)
        let cards = Example.cards()
        let cases: [(String, Example, String?, [(name: String, value: String)], Int, String, String?)] = [
            ("R401", .carProfile(), "trk_stranger", [("Top-Seller", "shop")], 401, "unauthenticated", nil),
            ("R401none", .carProfile(), nil, [], 401, "unauthenticated", nil),
            ("R403scope", .carProfile(), stage.tokens.auditor, [("Top-App", "main")], 403, "forbidden", "auditor"),
            ("R403method", cards, limited, [], 403, "forbidden", "limited"),
            ("R403app", .carProfile(), limited, [("Top-App", "by-md5")], 403, "forbidden", "limited"),
            ("R424", .carProfile(), caller, [("Top-Seller", "nobody")], 424, "session-invalid", "caller"),
            ("R429", .carProfile(), caller, [("Top-App", "banned")], 429, "throttled", "caller"),
        ]
        for (ref, example, token, headers, status, type, name) in cases {
            let headers = headers + [("Top-Ref", ref), ("Top-Ref", "shared"), ("X-Request-Id", "id-" + ref)]
            let answer = try await stage.relay.post(example.path, example.body, token: token, headers: headers)
            try #require(answer.status == status && answer.outcome == nil, "\(ref): \(answer)")
            let trace = try await refusal(stage, ref: ref)
            #expect(trace["status"]?.lexeme == "\(status)" && trace["type"]?.string == type, "\(ref)")
            #expect(trace["caller"]?.string == name, "\(ref)")
            #expect(trace["method"]?.string == example.method)
            #expect(trace["app"]?.string == headers.first { $0.name == "Top-App" }?.value)
            #expect(trace["seller"]?.string == headers.first { $0.name == "Top-Seller" }?.value)
            #expect(trace["client_request_id"]?.string == "id-" + ref)
            #expect(texts(trace["refs"]) == [ref, "shared"])
            #expect(trace["at"]?.string?.utf8.count == 24)
        }
        #expect(try await list(stage, "ref=shared").count == cases.count)
        #expect(try await stage.query("SELECT id FROM audit.intents").count == 1, "a refusal is no call")
        await stage.stop()
    }

    @Test("A 422 keeps where the faults are, and nothing of what stood there")
    func pointers422KeepsWhereFaults() async throws {
        let stage = try await Stage.make()
        let planted = ["13812345678", "LSVAU2180N2183294", "planted-value", "浙A12345"]
        let body = """
            {"list":{"acid":"\(planted[2])","car_license":7,"channel_profile_id":{"x":"\(planted[1])"},"\(planted[0])":1},\
            "\(planted[1])":1,"浙A·WT136":2,"colour":1,"channel_id":[],"channel_type":"\(planted[3])","phone":"\(planted[0])"}
            """
        let answer = try await stage.relay.post(
            "/v1/aliauto/car-profiles", body, token: stage.tokens.caller, headers: [("Top-Ref", "R422")])
        try #require(answer.status == 422, "\(answer)")
        let trace = try await refusal(stage, ref: "R422")
        let said = answer.json["errors"]?.elements.compactMap { $0["pointer"]?.string } ?? []
        let hidden = ["/list/\(planted[0])": "/list/***", "/\(planted[1])": "/***", "/浙A·WT136": "/***"]
        let kept = said.map { hidden[$0] ?? $0 }
        #expect(texts(trace["pointers"]) == kept && kept.count { $0 == "/***" } == 2)
        #expect(kept.contains("/colour"))
        #expect(said.count >= 4)
        let dump = try await stage.cluster.dump(stage.database)
        for value in planted { #expect(!dump.contains(value), "\(value)") }
        let dry = try await stage.relay.post(
            "/v1/aliauto/car-profiles", body, token: stage.tokens.caller,
            headers: [("Top-Ref", "Rdry"), ("Top-Dry-Run", "true")])
        #expect(dry.status == 422)
        _ = try await stage.relay.post("/v1/aliauto/car-profiles", "{}", token: nil, headers: [("Top-Ref", "Rlast")])
        _ = try await refusal(stage, ref: "Rlast")
        #expect(try await list(stage, "ref=Rdry").isEmpty, "a dry run leaves nothing")
        await stage.stop()
    }

    @Test("A rejected request explains itself, and is found by every id that its caller holds")
    func explainsItself() async throws {
        let stage = try await Stage.make()
        let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
        let headers = [
            ("Top-Ref", "E1"), ("traceparent", "00-\(traceID)-00f067aa0ba902b7-01"), ("Idempotency-Key", "key-of-E1"),
            ("Top-App", "main"), ("Top-Seller", "shop"),
        ]
        let cards = Example.cards()
        let refused = try await stage.relay.post(
            cards.path, #"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"13812345678":2}"#, token: stage.tokens.caller,
            headers: headers)
        try #require(refused.status == 422, "\(refused)")
        let trace = try await refusal(stage, ref: "E1")
        let relayID = try #require(refused["X-Request-Id"])
        #expect(trace["relay_request_id"]?.string == relayID && trace["client_request_id"]?.isNull == true)
        #expect(trace["app"]?.string == "main" && trace["seller"]?.string == "shop")
        #expect(trace["detail"]?.string == refused.json["detail"]?.string)
        #expect(trace["trace_id"]?.string == traceID)
        let requestID = try #require(refused.json["request_id"]?.string)
        #expect(trace["request_id"]?.string == requestID)
        let errors = try #require(trace["errors"]).elements.map { ($0["pointer"]?.string, $0["detail"]?.string) }
        let told = try #require(refused.json["errors"]).elements.map { ($0["pointer"]?.string, $0["detail"]?.string) }
        #expect(errors.count == 5 && told.count > 5)
        for (error, told) in zip(errors, told) where told.0 != "/13812345678" { #expect(error == told) }
        let id = try #require(trace["id"]?.string)
        for query in [
            "request_id=\(relayID)", "request_id=\(requestID)", "trace_id=\(traceID)", "app=main&seller=shop&ref=E1",
        ] {
            #expect(try await list(stage, query).compactMap { $0["id"]?.string } == [id], "\(query)")
        }
        for name in [id, relayID, relayID.uppercased()] {
            let one = try await stage.relay.get("/v1/audit/refusals/" + name, token: stage.tokens.auditor)
            #expect(one.status == 200 && one.json["id"]?.string == id, "\(one)")
        }
        // The caller's own id stands for the relay's.
        let headersOfE2 = [("Top-Ref", "E2"), ("X-Request-Id", "mine-2"), ("Top-App", "13812345678")]
        let own = try await stage.relay.post(cards.path, "{}", token: stage.tokens.caller, headers: headersOfE2)
        try #require(own.status == 403 && own["X-Request-Id"] == "mine-2", "\(own)")
        _ = try await refusal(stage, ref: "E2")
        let second = try #require(try await list(stage, "client_request_id=mine-2").first)
        #expect(second["relay_request_id"]?.isNull == true && second["app"]?.string == "***")
        #expect(second["detail"]?.string == "The app \"***\" does not exist (header Top-App).")
        let stranger = try await stage.relay.post(cards.path, "{}", token: "trk_x", headers: [("Top-Ref", "E3")])
        let third = try await refusal(stage, ref: "E3")
        #expect(third["relay_request_id"]?.string == stranger["X-Request-Id"])
        #expect(third["errors"]?.count == 0 && third["detail"]?.string == stranger.json["detail"]?.string)
        #expect(!(try await stage.cluster.dump(stage.database)).contains("13812345678"))
        await stage.stop()
    }

    @Test("A token that is limited to apps sees one rejected request only if it names one of them")
    func limitedReader() async throws {
        let stage = try await Stage.make()
        let reader = try await stage.line.token("limited-reader", ["--scope", "audit:read", "--app", "main"])
        for (ref, app) in [("L1", "main"), ("L2", "by-md5"), ("L3", "")] {
            let headers = [("Top-Ref", ref)] + (app.isEmpty ? [] : [("Top-App", app)])
            _ = try await stage.relay.post(Example.cards().path, "{}", token: stage.tokens.caller, headers: headers)
        }
        var ids: [String] = []
        for ref in ["L1", "L2", "L3"] { ids.append(try await refusal(stage, ref: ref)["id"]?.string ?? "") }
        try await eventually("the token works") {
            try await stage.relay.get("/v1/audit/refusals", token: reader).status == 200
        }
        let seen = try await stage.relay.get("/v1/audit/refusals", token: reader)
        #expect(seen.json["data"]?.elements.compactMap { $0["id"]?.string } == [ids[0]])
        for (id, status) in zip(ids, [200, 403, 403]) {
            #expect(try await stage.relay.get("/v1/audit/refusals/" + id, token: reader).status == status)
        }
        for path in ["refusals?app=by-md5", "refusals?method=no.such&app=by-md5"] {
            #expect(try await stage.relay.get("/v1/audit/" + path, token: reader).problem == "forbidden", "\(path)")
        }
        for id in ["999999999", "0", "x", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"] {
            #expect(
                try await stage.relay.get("/v1/audit/refusals/" + id, token: reader).problem == "not-found", "\(id)")
        }
        let query = try await stage.relay.get("/v1/audit/refusals/\(ids[0])?app=main", token: reader)
        #expect(query.problem == "malformed-request")
        await stage.stop()
    }

    @Test("Every filter, and pages by the cursor, against the table itself")
    func everyFilter() async throws {
        let stage = try await Stage.make()
        try await stage.cluster.execute(
            """
            INSERT INTO audit.refusals (at, caller, method, status, type, pointers, refs)
            SELECT date_trunc('milliseconds', now()) - n * interval '1 minute', CASE WHEN n % 4 > 0 THEN 'c' || n % 4 END, 'm.' || n % 3,
                   CASE WHEN n % 2 = 0 THEN 422 ELSE 403 END, CASE WHEN n % 2 = 0 THEN 'invalid-parameters' ELSE 'forbidden' END,
                   '{}', ARRAY['D' || n % 10, '单 ' || n]
            FROM generate_series(120, 1, -1) AS n;
            INSERT INTO audit.refusals (at, method, status, type, pointers, refs)
            VALUES (now() - interval '7 days 1 second', 'm.1', 403, 'forbidden', '{}', '{D1}')
            """, in: stage.database)
        let rows = try await stage.query(
            "SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') AS at FROM audit.refusals WHERE refs[2] IN ('单 30', '单 60') ORDER BY at"
        )
        let (from, to) = (rows[0]["at"]?.string ?? "", rows[1]["at"]?.string ?? "")
        for (query, condition) in [
            ("", "true"), ("caller=c1", "caller = 'c1'"), ("caller=nobody", "false"), ("method=m.2", "method = 'm.2'"),
            ("type=forbidden", "type = 'forbidden'"), ("ref=D3", "'D3' = ANY(refs)"),
            ("ref=%E5%8D%95%207", "'单 7' = ANY(refs)"),
            ("from=\(from)&to=\(to)", "at >= '\(from)' AND at < '\(to)'"), ("from=\(to)", "at >= '\(to)'"),
            ("type=forbidden&method=m.1&ref=D1", "type = 'forbidden' AND method = 'm.1' AND 'D1' = ANY(refs)"),
        ] {
            let truth = try await stage.query(
                "SELECT id::text FROM audit.refusals WHERE \(condition) AND at > now() - interval '7 days' ORDER BY audit.refusals.id DESC"
            )
            var found: [String] = []
            var cursor = ""
            repeat {
                let answer = try await stage.relay.get(
                    "/v1/audit/refusals?limit=17&\(query)\(cursor)", token: stage.tokens.auditor)
                try #require(answer.status == 200, "\(answer)")
                found += answer.json["data"]?.elements.compactMap { $0["id"]?.string } ?? []
                cursor = answer.json["pagination"]?["next"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty && found.count < 500
            #expect(found == truth.compactMap { $0["id"]?.string }, "\(query)")
        }
        await stage.stop()
    }

    @Test(
        "Bad parameters are refused by name",
        arguments: [
            "limit=0", "limit=1001", "from=now", "to=1", "cursor=x", "outcome=success", "ref=a&ref=b", "order=oldest",
        ])
    func badParameters(_ query: String) async throws {
        let stage = try await Stage.shared
        let answer = try await stage.relay.get("/v1/audit/refusals?" + query, token: stage.tokens.auditor)
        #expect(answer.problem == "malformed-request")
        #expect(answer.json["detail"]?.string?.contains(query.prefix { $0 != "=" }) == true, "\(answer)")
    }

    @Test("The scope audit:read is needed")
    func scopeAudit() async throws {
        let stage = try await Stage.shared
        #expect(try await stage.relay.get("/v1/audit/refusals").problem == "unauthenticated")
        #expect(try await stage.relay.get("/v1/audit/refusals", token: stage.tokens.caller).problem == "forbidden")
    }

    @Test("A flood of bad requests leaves a burst of traces, and calls go on")
    func floodOfBadRequests() async throws {
        let stage = try await Stage.make()
        let (port, caller) = (stage.relay.port, stage.tokens.caller)
        try await onThread {
            let connection = try RawClient(port: port)
            for _ in 0..<1500 {
                var request = HTTPRequest(method: "POST", path: "/v1/aliauto/car-profiles", body: Array("{}".utf8))
                request.headers = [("Authorization", "Bearer \(caller)"), ("Content-Type", "application/json")]
                _ = try connection.exchange(request)
            }
        }
        #expect(try await stage.call(.carProfile()).status == 200)
        try await eventually("the burst is written") {
            try await stage.query("SELECT id FROM audit.refusals LIMIT 200").count == 200
        }
        let kept = try await stage.query("SELECT id FROM audit.refusals").count
        #expect(kept < 1500, "\(kept) of 1500")
        await stage.stop()
    }
}

import JSON
import TestSupport
import Testing

@Suite("Everything that happened to one thing, over HTTP and in a terminal", .bounded)
struct TraceTests {
    private func trace(_ stage: Stage, _ query: String, token: String? = nil) async throws -> JSONValue {
        let answer = try await stage.relay.get("/v1/audit/trace?" + query, token: token ?? stage.tokens.auditor)
        try #require(answer.status == 200, "\(answer)")
        return answer.json
    }

    private func kinds(_ trace: JSONValue) -> [String] {
        trace["data"]?.elements.compactMap { $0["kind"]?.string } ?? []
    }

    private func numbers(_ trace: JSONValue) -> [String: String] {
        var numbers: [String: String] = [:]
        for member in trace["summary"]?.members.map({ $0 }) ?? [] {
            numbers[member.name] = member.value.bool.map { "\($0)" } ?? member.value.lexeme
        }
        return numbers
    }

    @Test("Calls and rejected requests of a document are joined, and the summary tells what may have been done twice")
    func joinsCallsAndRefusals() async throws {
        let stage = try await Stage.make()
        let traceID = "0af7651916cd43dd8448eb211c80319c"
        let car = Example.carProfile()
        let headers = [
            ("Top-Ref", "订单 1"), ("X-Request-Id", "mine"), ("traceparent", "00-\(traceID)-b7ad6b7169203331-01"),
        ]
        let refused = try await stage.relay.post(car.path, "{}", token: stage.tokens.caller, headers: headers)
        try #require(refused.status == 422, "\(refused)")
        let first = try await stage.call(car, headers: headers)
        try #require(first.status == 200, "\(first)")
        let unsent = try await stage.call(car, app: "nowhere", headers: headers)
        try #require(unsent.outcome == "not_sent", "\(unsent)")
        let calls = [first.id, unsent.id]
        for query in [
            "q=mine", "q=\(traceID)", "q=%E8%AE%A2%E5%8D%95+1", "q=%E8%AE%A2%E5%8D%95%201&from=-1h&to=today",
        ] {
            try await eventually("the refusal is there") { kinds(try await trace(stage, query)).count == 3 }
            let found = try await trace(stage, query)
            #expect(kinds(found) == ["refusal", "call", "call"], "\(query)")
            let ids = found["data"]?.elements.dropFirst().map { $0["id"]?.string }
            #expect(ids == calls, "\(query)")
            #expect(found["data"]?.elements.allSatisfy { $0["trace_id"]?.string == traceID } == true)
            #expect(
                numbers(found) == [
                    "requests": "3", "not_sent": "2", "sent": "1", "success": "1", "possibly_duplicated": "false",
                ])
        }
        let top = try #require(first.json["top_request_id"]?.string)
        for text in [first.id ?? "", top] {
            let found = try await trace(stage, "q=\(text)")
            #expect(found["data"]?.elements.map { $0["id"]?.string } == [first.id], "\(text)")
        }
        for text in [car.marker, "channel_profile_id:\(car.marker)"] {
            #expect(kinds(try await trace(stage, "q=\(text)")) == ["call", "call"], "\(text)")
        }
        // A second success of a method that writes and takes no request id.
        try #require(try await stage.call(car, headers: headers).status == 200)
        #expect(numbers(try await trace(stage, "q=mine"))["possibly_duplicated"] == "true")
        let relayID = try #require(
            try await stage.relay.post(car.path, "{}", token: stage.tokens.caller)["X-Request-Id"])
        try await eventually("the relay's id is found") { kinds(try await trace(stage, "q=\(relayID)")) == ["refusal"] }
        #expect(kinds(try await trace(stage, "q=mine&to=2020-01-01")) == [])
        let list = try await stage.relay.get("/v1/audit/calls?trace_id=\(traceID)", token: stage.tokens.auditor)
        #expect(list.json["data"]?.count == 3)
        await stage.stop()
    }

    @Test("Calls with one request id are no duplicates; the request id finds them")
    func requestIDs() async throws {
        let stage = try await Stage.shared
        let cards = Example.cards()
        for _ in 0..<2 { try #require(try await stage.call(cards, headers: [("Top-Ref", cards.marker)]).status == 200) }
        let found = try await trace(stage, "q=\(cards.marker)")
        #expect(kinds(found) == ["call", "call"])
        #expect(numbers(found)["sent"] == "2" && numbers(found)["possibly_duplicated"] == "false")
        let rows = try await stage.query("SELECT id FROM audit.lookups WHERE value = '\(cards.marker)'")
        #expect(rows.count == 2)
    }

    @Test(
        "Bad queries are refused",
        arguments: [
            ("", "q"), ("q=", "q"), ("q=" + String(repeating: "a", count: 257), "q"), ("q=a&q=b", "q"),
            ("q=a&from=-15", "from"), ("q=a&to=yesterday", "to"), ("q=a&app=main", "app"), ("q=a&limit=5", "limit"),
        ])
    func badQueries(_ query: String, _ name: String) async throws {
        let stage = try await Stage.shared
        let answer = try await stage.relay.get("/v1/audit/trace?" + query, token: stage.tokens.auditor)
        #expect(answer.problem == "malformed-request" && answer.json["detail"]?.string?.contains(name) == true)
        let longest = String(repeating: "a", count: 256)
        #expect(try await stage.relay.get("/v1/audit/trace?q=" + longest, token: stage.tokens.auditor).status == 200)
        #expect(try await stage.relay.get("/v1/audit/trace?q=a", token: stage.tokens.caller).problem == "forbidden")
        #expect(try await stage.relay.get("/v1/audit/trace?q=a").problem == "unauthenticated")
    }

    @Test("A limited token gets what it may see; a terminal gets everything, as a table or as the same JSON")
    func limitedReaders() async throws {
        let stage = try await Stage.make()
        let ref = "REF-\(Example.newMarker())"
        for app in ["main", "by-md5"] {
            try #require(try await stage.call(.carProfile(), app: app, headers: [("Top-Ref", ref)]).status == 200)
        }
        let limited = try await stage.line.token("bounded", ["--scope", "audit:read", "--app", "main"])
        try await eventually("the token works") {
            try await stage.relay.get("/v1/audit/trace?q=\(ref)", token: limited).status == 200
        }
        let seen = try await trace(stage, "q=\(ref)", token: limited)
        #expect(seen["data"]?.elements.map { $0["app"]?.string } == ["main"])
        let table = try await stage.line.succeed(["audit", "trace", ref, "--from", "1h"])
        let lines = table.split(separator: "\n")
        #expect(lines.count == 4 && lines[1].contains("main") && lines[2].contains("by-md5"), "\(table)")
        #expect(
            lines.last == "2 requests, 0 not sent, 2 sent (2 success); it may have been done twice", "\(table)")
        let json = try await stage.line.succeed(["audit", "trace", ref, "--json"])
        let whole = try await stage.relay.get("/v1/audit/trace?q=\(ref)", token: stage.tokens.auditor)
        #expect(json == (whole.text.hasSuffix("\n") ? String(whole.text.dropLast()) : whole.text))
        for (arguments, words) in [
            ([""], "1 to 256 bytes"), ([String(repeating: "a", count: 257)], "1 to 256 bytes"),
            ([ref, "--from", "yesterday"], "--from must be"),
        ] {
            let failed = try await stage.line.run(["audit", "trace"] + arguments)
            #expect(failed.code == 2 && failed.errors.contains(words), "\(failed)")
        }
        await stage.stop()
    }
}

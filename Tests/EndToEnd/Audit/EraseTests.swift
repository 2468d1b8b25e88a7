import JSON
import TestSupport
import Testing

@Suite("Erasing a person's data by business key", .bounded)
struct EraseTests {
    private func erase(_ stage: Stage, _ body: String, token: String) async throws -> HTTPAnswer {
        try await stage.relay.post("/v1/audit/erase", body, token: token)
    }

    private func numbers(_ answer: HTTPAnswer) -> [String?] {
        [answer.json["calls"]?.lexeme, answer.json["keys_truncated"]?.lexeme]
    }

    @Test(
        "Requests and responses go over HTTP and by the command line; the call stays, and a repetition gets what is left"
    )
    func erasesOverHTTP() async throws {
        let stage = try await Stage.make()
        let admin = try await stage.line.token("root", ["--scope", "admin"])
        let (car, other) = (Example.carProfile(), Example.carProfile())
        let headers = [("Idempotency-Key", "key-" + car.marker)]
        let first = try await stage.call(car, headers: headers)
        let kept = try await stage.call(other)
        try #require(first.status == 200 && kept.status == 200, "\(first)")
        let key = "channel_profile_id:\(car.marker)"
        try await eventually("the token is known") { try await erase(stage, "{}", token: admin).status == 422 }
        let dry = try await erase(stage, #"{"key":"\#(key)","reason":"r","dry_run":true}"#, token: admin)
        #expect(dry.status == 200 && numbers(dry) == ["1", "0"], "\(dry)")
        #expect(try await stage.trail(id: first.id)?.request != nil)
        let done = try await erase(stage, #"{"key":"\#(key)","reason":"申请 13812345678"}"#, token: admin)
        #expect(done.status == 200 && numbers(done) == ["1", "0"], "\(done)")
        let path = "/v1/audit/calls/\(first.id ?? "")?include=request,response"
        let call = try await stage.relay.get(path, token: stage.tokens.auditor)
        #expect(call.json["outcome"]?.string == "success" && call.json["erased_at"]?.string?.utf8.count == 24)
        #expect(call.json["request"]?.isNull == true && call.json["response"]?.isNull == true, "\(call)")
        #expect(try await stage.query("SELECT id FROM audit.sealed WHERE id = '\(first.id ?? "")'").isEmpty)
        #expect(try await stage.query("SELECT id FROM audit.replies").isEmpty)
        let entry = try await stage.trail(id: kept.id)
        #expect(entry?.request?.contains(other.marker) == true && entry?.response != nil)
        // Nothing is sent again.
        let again = try await stage.call(car, headers: headers)
        let own = try await stage.relay.get("/v1/calls/\(first.id ?? "")", token: stage.tokens.caller)
        #expect(again.status == 200 && again["Idempotency-Replayed"] == "true" && again.id == first.id)
        #expect(again.text == own.text && again.json["result"] == nil, "\(again)")
        #expect(stage.gateway.calls(with: car.marker).count == 1)
        let record = try await stage.query("SELECT eraser, reason, calls FROM audit.erasures")
        #expect(record.map { $0["eraser"]?.string } == ["root"] && record[0]["calls"]?.lexeme == "1")
        #expect(record[0]["reason"]?.string?.contains("13812345678") == false)
        // The same in a terminal.
        let terminal = ["audit", "erase", "--key", "channel_profile_id:\(other.marker)", "--reason", "r"]
        #expect(try await stage.line.succeed(terminal + ["--dry-run"]) == "found 1 calls")
        #expect(try await stage.line.succeed(terminal) == "erased 1 calls")
        #expect(try await stage.trail(id: kept.id)?.request == nil)
        let shown = try await stage.line.succeed(["audit", "show", kept.id ?? ""])
        #expect(shown.contains("\nerased "), "\(shown)")
        let unmask = try await stage.line.run(["audit", "unmask", kept.id ?? "", "--reason", "r"])
        #expect(unmask.code == 1 && unmask.errors.contains("was erased"), "\(unmask)")
        await stage.stop()
    }

    @Test("Bad erasures are refused, and remove nothing")
    func badErasures() async throws {
        let stage = try await Stage.make()
        let admin = try await stage.line.token("root", ["--scope", "admin"])
        try await eventually("the token is known") { try await erase(stage, "{}", token: admin).status == 422 }
        let car = Example.carProfile()
        let call = try await stage.call(car)
        let key = #""key":"channel_profile_id:\#(car.marker)""#
        for (body, status, words) in [
            ("[]", 422, "object"), ("{", 400, "JSON"), (#"{"reason":"r"}"#, 422, "NAME:VALUE"),
            ("{\(key)}", 422, "reason"),
            (#"{"key":"channel_profile_id","reason":"r"}"#, 422, "NAME:VALUE"),
            (#"{"key":7,"reason":"r"}"#, 422, "NAME:VALUE"),
            (#"{"key":"no_such_key:1","reason":"r"}"#, 422, "no_such_key"),
            (#"{\#(key),"reason":"  "}"#, 422, "reason"),
            (#"{\#(key),"reason":"\#(String(repeating: "r", count: 501))"}"#, 422, "reason"),
            (#"{\#(key),"reason":"r","dry_run":"no"}"#, 422, "dry_run"),
            (#"{\#(key),"reason":"r","app":"main"}"#, 422, "app"),
        ] {
            let answer = try await erase(stage, body, token: admin)
            #expect(
                answer.status == status && answer.json["detail"]?.string?.contains(words) == true, "\(body) \(answer)")
        }
        let good = #"{\#(key),"reason":"r"}"#
        for token in [stage.tokens.auditor, stage.tokens.caller] {
            #expect(try await erase(stage, good, token: token).problem == "forbidden")
        }
        #expect(try await stage.relay.post("/v1/audit/erase", good, token: nil).status == 401)
        #expect(try await stage.relay.get("/v1/audit/erase", token: admin).status == 405)
        for limit in [["--app", "main"], ["--method", "tmall.*"]] {
            let made = try await stage.line.run(["token", "create", "small", "--scope", "admin"] + limit)
            #expect(made.code == 2 && made.errors.contains("admin") && made.bytes.isEmpty, "\(made)")
        }
        let unknown = ["audit", "erase", "--key", "no_such_key:1", "--reason", "r"]
        #expect(try await stage.line.run(unknown).code == 2)
        #expect(try await stage.trail(id: call.id)?.request != nil)
        #expect(try await stage.query("SELECT id FROM audit.erasures").isEmpty)
        await stage.stop()
    }
}

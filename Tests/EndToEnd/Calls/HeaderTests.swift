import JSON
import TestSupport
import Testing

@Suite("What the request's headers do", .bounded)
struct HeaderTests {
    @Test("A dry run shows what would be sent, and sends and records nothing", arguments: ["main", "by-md5"])
    func dryRun(_ app: String) async throws {
        let stage = try await Stage.shared
        for example in Example.all {
            let answer = try await stage.call(
                example, app: app, headers: [("Top-Dry-Run", "true"), ("X-Request-Id", example.marker)])
            try #require(answer.status == 200, "\(answer)")
            #expect(answer.json["dry_run"]?.bool == true)
            #expect(answer.json["method"]?.string == example.method)
            #expect(answer.outcome == nil)
            var shown: [String: String] = [:]
            for member in answer.json["parameters"]?.members.map({ $0 }) ?? [] {
                shown[member.name] = member.value.string
            }
            #expect(shown.filter { !GatewayCall.common.contains($0.key) } == example.expected)
            #expect(shown["method"] == example.method)
            #expect(shown["session"] == (example.needsSession ? "***" : nil))
            let base = answer.json["base_string"]?.string ?? ""
            for (name, value) in example.expected { #expect(base.contains(name + value)) }
            #expect(!answer.text.contains("planted"))
            #expect(try await stage.traces(of: example.marker) == 0)
        }
        let faulty = try await stage.relay.post(
            "/v1/aliauto/car-profiles", "{}", token: stage.tokens.caller, headers: [("Top-Dry-Run", "true")])
        #expect(faulty.problem == "invalid-parameters")
    }

    @Test(
        "A header that may be read in two ways is refused, and makes no call",
        arguments: [
            [("Top-Dry-Run", "")], [("Top-Dry-Run", " \t")], [("Top-Dry-Run", "true"), ("Top-Dry-Run", "false")],
            [("Top-App", "main"), ("Top-App", "main")], [("Authorization", "Bearer x")],
            [("Content-Type", "application/json")],
        ] as [[(name: String, value: String)]])
    func headerThatMayBeRead(_ headers: [(name: String, value: String)]) async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        let answer = try await stage.call(example, headers: headers + [("X-Request-Id", example.marker)])
        #expect(answer.status == 400 && answer.problem == "malformed-request", "\(answer)")
        #expect(try await stage.traces(of: example.marker) == 0)
    }

    @Test("Blanks around a header's value are no part of it")
    func blanksAroundHeaderValue() async throws {
        let stage = try await Stage.shared
        let example = Example.cards()
        let headers = [
            ("Top-Dry-Run", "\t true \t"), ("Top-App", " main "), ("Top-Seller", "shop\t"), ("Idempotency-Key", "k "),
            ("X-Request-Id", "\(example.marker) \t"),
        ]
        let dry = try await stage.call(example, headers: headers)
        #expect(dry.status == 200 && dry.json["dry_run"]?.bool == true, "\(dry)")
        #expect(dry["X-Request-Id"] == example.marker)
        #expect(try await stage.traces(of: example.marker) == 0)
    }

    @Test("X-Request-Id is the caller's own if it gave one, and recorded")
    func requestID() async throws {
        let stage = try await Stage.shared
        let example = Example.rental()
        let answer = try await stage.call(example, headers: [("X-Request-Id", "own-\(example.marker)")])
        #expect(answer["X-Request-Id"] == "own-\(example.marker)")
        let row = try #require(try await stage.trail(id: answer.id))
        #expect(row.row["client_request_id"]?.string == "own-\(example.marker)")
    }

    @Test("The trace of a traceparent is recorded, and a broken one ignored")
    func traceOfTraceparentIsRecorded() async throws {
        let stage = try await Stage.shared
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        for (value, recorded) in [("00-\(trace)-00f067aa0ba902b7-01", trace as String?), ("00-x-y-01", nil)] {
            let answer = try await stage.call(.rental(), headers: [("traceparent", value)])
            #expect(answer.status == 200)
            let row = try await stage.query("SELECT trace_id FROM audit.intents WHERE id = '\(answer.id ?? "")'").first
            #expect(row?["trace_id"]?.string == recorded)
        }
    }

    @Test("Top-Ref: repeated and comma separated, each number once")
    func topRef() async throws {
        let stage = try await Stage.shared
        let answer = try await stage.call(
            .rental(), headers: [("Top-Ref", "A-1, 单据-2"), ("Top-Ref", "A-1"), ("Top-Ref", "C\"'\\{}")])
        #expect(try await stage.trail(id: answer.id)?.refs == ["A-1", "单据-2", "C\"'\\{}"])
    }

    @Test("An Idempotency-Key stands for the request id: quoted and bare are the same, other callers have another")
    func idempotencyKey() async throws {
        let stage = try await Stage.shared
        let key = Example.newMarker()
        func send(_ key: String, token: String, app: String = "main", path: String = "/v1/crm/card-sales") async throws
            -> (answer: HTTPAnswer, sent: String?)
        {
            let card = Example.newMarker()
            let body = #"""
                {"param_batch_open_card_open_req":{"physical_card_ids":["\#(card)"],"brand_id":"1","shop_id":"2",
                 "operator_id":"3"}}
                """#
            let answer = try await stage.relay.post(
                path, body, token: token, headers: [("Idempotency-Key", key), ("Top-App", app)])
            let sent = stage.gateway.calls(with: card).first?.parameters["param_batch_open_card_open_req"]
            let id = sent.flatMap { try? JSONDocument(Array($0.utf8)).root["request_id"]?.string }
            return (answer, id)
        }
        let first = try await send(key, token: stage.tokens.caller)
        try #require(first.answer.status == 200, "\(first.answer)")
        let id = try #require(first.sent)
        #expect(first.answer.json["request_id"]?.string == id)
        #expect(try await stage.trail(id: first.answer.id)?.requestID == id)
        // Other cards with the same key: nothing is sent.
        let quoted = try await send("\"\(key)\"", token: stage.tokens.caller)
        #expect(quoted.answer.problem == "idempotency-key-reused" && quoted.sent == nil)
        #expect(quoted.answer.json["request_id"]?.string == id)
        let byName = try await send(
            key, token: stage.tokens.caller, path: "/v1/top/alibaba.alsc.crm.card.batch.sell")
        #expect(byName.answer.problem == "idempotency-key-reused" && byName.answer.json["request_id"]?.string == id)
        for other in [
            try await send(key, token: stage.tokens.other), try await send(key + "x", token: stage.tokens.caller),
            try await send(key, token: stage.tokens.caller, app: "by-md5"),
        ] {
            #expect(other.answer.status == 200)
            #expect(other.sent != nil && other.sent != id)
        }
    }

    @Test("A request id of the caller's own goes before the key")
    func ownRequestID() async throws {
        let stage = try await Stage.shared
        let example = Example.cards()
        let answer = try await stage.call(example, headers: [("Idempotency-Key", "something")])
        #expect(answer.json["request_id"]?.string == example.marker)
        #expect(stage.gateway.calls(with: example.marker).first?.business == example.expected)
    }

    @Test("With the key, problems name the request id too")
    func problemNamesRequestID() async throws {
        let stage = try await Stage.shared
        let example = Example.cards()
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"cut"}"#)
        let answer = try await stage.call(example)
        #expect(answer.problem == "outcome-unknown")
        #expect(answer.json["request_id"]?.string == example.marker)
    }

    @Test("Top-Seller names the seller in any writing; a method without session ignores it")
    func topSellerNamesSeller() async throws {
        let stage = try await Stage.shared
        let named = Example.carProfile()
        let answer = try await stage.call(named, seller: "店铺 二")
        #expect(answer.status == 200, "\(answer)")
        #expect(
            stage.gateway.calls(with: named.marker).first?.parameters["session"] == "planted-second-session-of-main")
        #expect(try await stage.trail(id: answer.id)?.seller == "店铺 二")
        let without = Example.rental()
        let ignored = try await stage.call(without, seller: "nobody")
        #expect(ignored.status == 200)
        #expect(stage.gateway.calls(with: without.marker).first?.parameters["session"] == nil)
        #expect(try await stage.trail(id: ignored.id)?.seller == nil)
    }
}

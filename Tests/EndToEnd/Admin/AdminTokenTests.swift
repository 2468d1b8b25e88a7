import Foundation
import JSON
import TestSupport
import Testing

@Suite("Tokens fit their callers", .bounded)
struct AdminTokenTests {
    private func call(
        _ relay: RelayProcess, _ token: String, seller: String? = nil, example: Example = .carProfile()
    ) async throws -> HTTPAnswer {
        var headers: [(name: String, value: String)] = [("Top-App", "main")]
        if let seller { headers.append(("Top-Seller", seller)) }
        return try await relay.post(example.path, example.body, token: token, headers: headers)
    }

    private func known(_ relays: [RelayProcess], _ token: String) async throws {
        for relay in relays {
            try await eventually("the token is known", within: .seconds(10)) {
                try await relay.get("/v1/calls/019b2a3c-4d5e-7f60-8a1b-2c3d4e5f6071", token: token).status == 404
            }
        }
    }

    @Test("A token is made once, shown without its text, and withdrawn from both replicas")
    func tokenIsMadeAndWithdrawn() async throws {
        let stage = try await Stage.make()
        let second = try await stage.startRelay()
        let admin = try await Administrator(stage)
        let made = try await admin.send(
            "POST", "/tokens", #"{"name":"erp","scopes":["relay"],"expires_in":"90d","callbacks":["hook-1"]}"#)
        let text = try #require(made.json["token"]?.string)
        #expect(made.status == 201 && made["Location"] == "/v1/admin/tokens/erp" && text.hasPrefix("trk_"))
        try await known([stage.relay, second], text)
        let shown = try await admin.get("/tokens/erp")
        #expect(shown.status == 200 && shown.json["token"] == nil && shown.json["expires_at"] != nil)
        #expect(shown.json["callbacks"]?.elements.map(\.string) == ["hook-1"])
        let secret = text.split(separator: "_").dropFirst(2).joined(separator: "_")
        #expect(!(try await admin.get("/tokens?limit=1000")).text.contains(secret))
        try await eventually("the use of the token is recorded") {
            try await admin.get("/tokens/erp").json["last_used_at"] != nil
        }
        #expect(try await admin.send("POST", "/tokens", #"{"name":"erp","scopes":["relay"]}"#).problem == "conflict")
        #expect(try await admin.send("DELETE", "/tokens/erp").status == 204)
        for relay in [stage.relay, second] {
            try await eventually("the token is withdrawn", within: .seconds(10)) {
                try await self.call(relay, text).problem == "unauthenticated"
            }
        }
        #expect(try await admin.send("DELETE", "/tokens/erp").problem == "not-found")
        await stage.stop()
    }

    @Test("A token that cannot be made is refused with its place")
    func faultsAreRefused() async throws {
        let admin = try await Administrator(try await Stage.shared)
        for (body, pointer) in [
            (#"{"scopes":["relay"]}"#, "/name"), (#"{"name":"x"}"#, "/scopes"),
            (#"{"name":"x","scopes":["root"]}"#, "/scopes"),
            (#"{"name":"x","scopes":["admin"],"sellers":["a*"]}"#, "/scopes"),
            (#"{"name":"x","scopes":["admin"],"apps":["main"]}"#, "/scopes"),
            (#"{"name":"x","scopes":["relay"],"rate":"10/m"}"#, "/rate"),
            (#"{"name":"x","scopes":["relay"],"concurrency":0}"#, "/concurrency"),
            (#"{"name":"x","scopes":["relay"],"expires_in":"soon"}"#, "/expires_in"),
            (#"{"name":"x","scopes":["relay"],"sellers":["a","b\n"]}"#, "/sellers/1"),
            (#"{"name":"x","scopes":["relay"],"last_used_at":"now"}"#, "/last_used_at"),
        ] {
            let answer = try await admin.send("POST", "/tokens", body)
            #expect(answer.status == 422, "\(body): \(answer)")
            #expect(answer.json["errors"]?.elements.map { $0["pointer"]?.string } == [pointer], "\(answer)")
        }
        #expect(try await admin.get("/tokens/x").problem == "not-found")
        let both = #"{"name":"x","scopes":["relay"],"expires_in":"1d","expires_at":"2099-01-01T00:00:00Z"}"#
        #expect(try await admin.send("POST", "/tokens", both).status == 422)
    }

    @Test("A token of some sellers calls for them alone, and sees only their calls")
    func sellersLimitCallsAndReads() async throws {
        let stage = try await Stage.shared
        let name = "sellers-" + Example.newMarker()
        let token = try await stage.line.token(
            name, ["--scope", "relay", "--scope", "audit:read", "--seller", "店铺*", "--seller", "stale"])
        try await known([stage.relay], token)
        let example = Example.carProfile()
        let mine = try await call(stage.relay, token, seller: "店铺 二", example: example)
        #expect(mine.status == 200, "\(mine)")
        let other = Example.carProfile()
        for seller in ["shop", nil, "unknown"] {
            // Without a name it would be the default seller.
            let refused = try await call(stage.relay, token, seller: seller, example: other)
            #expect(refused.status == 403 && refused.problem == "forbidden" && refused.outcome == nil, "\(refused)")
        }
        #expect(stage.gateway.calls(with: other.marker).isEmpty)
        // A method without a session has no seller.
        let rental = try await call(stage.relay, token, seller: "shop", example: .rental())
        #expect(rental.status == 200)
        let theirs = try await stage.call(.carProfile(), app: "main", seller: "shop")
        let path = "/v1/audit/calls"
        #expect(try await stage.relay.get("\(path)/\(mine.id ?? "")", token: token).status == 200)
        for id in [theirs.id, rental.id] {
            #expect(try await stage.relay.get("\(path)/\(id ?? "")", token: token).problem == "forbidden")
        }
        #expect(try await stage.relay.get("\(path)?seller=shop", token: token).problem == "forbidden")
        let list = try await stage.relay.get("\(path)?limit=1000&from=-1h", token: token)
        let sellers = list.json["data"]?.elements.map { $0["seller"]?.string } ?? []
        #expect(!sellers.isEmpty && sellers.allSatisfy { $0?.hasPrefix("店铺") == true || $0 == "stale" })
        let stats = try await stage.relay.get(
            "/v1/audit/stats?from=-1h&bucket=all&dimensions=seller", token: token)
        let counted = stats.json["data"]?.elements.compactMap { $0["seller"]?.string } ?? []
        #expect(counted.allSatisfy { $0.hasPrefix("店铺") || $0 == "stale" } && counted.contains("店铺 二"), "\(stats)")
        let refusals = try await stage.relay.get("/v1/audit/refusals?limit=1000", token: token)
        let named = refusals.json["data"]?.elements.map { $0["seller"]?.string } ?? []
        #expect(named.allSatisfy { $0?.hasPrefix("店铺") == true || $0 == "stale" })
    }

    @Test("Calls above the rate of a token get 429 with what is left, and other callers do not")
    func rateLimitsCalls() async throws {
        let stage = try await Stage.shared
        let name = "rate-" + Example.newMarker()
        let token = try await stage.line.token(name, ["--scope", "relay", "--rate", "2/s"])
        try await known([stage.relay], token)
        var answers: [HTTPAnswer] = []
        try await eventually("a call is refused") {
            try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                for _ in 0..<6 { group.addTask { try await self.call(stage.relay, token) } }
                for try await answer in group { answers.append(answer) }
            }
            return answers.contains { $0.status == 429 }
        }
        let refused = try #require(answers.first { $0.status == 429 })
        #expect(refused.problem == "throttled" && refused.outcome == nil && refused["Retry-After"] == "1")
        #expect(refused.json["retryable"]?.bool == true && refused["RateLimit"] == #""rate";r=0;t=1"#)
        let served = try #require(answers.first { $0.status == 200 })
        #expect(served["RateLimit-Policy"] == #""rate";q=2;w=1"#)
        #expect(served["RateLimit"]?.hasPrefix(#""rate";r="#) == true)
        let free = try await call(stage.relay, stage.tokens.caller)
        #expect(free.status == 200 && free["RateLimit"] == nil)
        // The limit precedes whatever else is wrong with a call, and follows the check of the scope.
        try await eventually("a bad call is refused for its rate") {
            try await stage.relay.post(
                "/v1/aliauto/car-profiles", "{", token: token, headers: [("Top-Dry-Run", "maybe")]
            ).problem == "throttled"
        }
        #expect(try await stage.relay.get("/v1/audit/calls", token: token).problem == "forbidden")
        #expect(try await stage.relay.get("/metrics").text.contains(#"limit="token_rate""#))
    }

    @Test("Concurrent calls above the limit of a token get 429, and a place is free again after the reply")
    func concurrencyLimitsCalls() async throws {
        let stage = try await Stage.shared
        let name = "concurrency-" + Example.newMarker()
        let token = try await stage.line.token(name, ["--scope", "relay", "--concurrency", "1"])
        try await known([stage.relay], token)
        let slow = Example.carProfile()
        try await stage.gateway.order(#"{"contains":"\#(slow.marker)","kind":"hang"}"#)
        let first = Task { try await self.call(stage.relay, token, example: slow) }
        try await eventually("the call is at the gateway") { stage.gateway.calls(with: slow.marker).count == 1 }
        let refused = try await call(stage.relay, token)
        #expect(refused.problem == "throttled" && refused["Retry-After"] == "1")
        #expect(refused["RateLimit-Policy"] == #""concurrency";q=1;qu="concurrent-requests""#)
        #expect(refused["RateLimit"] == #""concurrency";r=0"#)
        // A request that is never completed gives its place back when its client goes.
        try await stage.gateway.release()
        #expect(try await first.value.status == 200)
        let port = stage.relay.port
        try await onThread {
            let client = try RawClient(port: port)
            try client.send(
                "POST /v1/aliauto/car-profiles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Length: 100\r\n\r\n{")
            client.close()
        }
        try await eventually("the place is free again") { try await self.call(stage.relay, token).status == 200 }
    }

    @Test("After a rotation both secrets are valid for the time of grace, and never three")
    func rotationKeepsTwoSecrets() async throws {
        let stage = try await Stage.make()
        let line = stage.line
        let first = try await line.token("erp", ["--scope", "relay"])
        try await known([stage.relay], first)
        let second = try await line.succeed(["token", "rotate", "erp"]).trimmingCharacters(in: .newlines)
        #expect(second.hasPrefix("trk_") && second != first)
        try await known([stage.relay], second)
        try await known([stage.relay], first)
        let third = try await line.succeed(["token", "rotate", "erp", "--grace", "1h"])
            .trimmingCharacters(in: .newlines)
        try await known([stage.relay], third)
        try await known([stage.relay], second)
        #expect(try await call(stage.relay, first).problem == "unauthenticated")
        let fourth = try await line.succeed(["token", "rotate", "erp", "--grace", "0"])
            .trimmingCharacters(in: .newlines)
        try await known([stage.relay], fourth)
        #expect(try await call(stage.relay, third).problem == "unauthenticated")
        let unknown = try await line.run(["token", "rotate", "nobody"])
        #expect(unknown.code == 1)
        let wrong = try await line.run(["token", "rotate", "erp", "--grace", "soon"])
        #expect(wrong.code == 2)
        await stage.stop()
    }

    @Test("Many wrong tokens at once are all refused, and a valid one is served meanwhile")
    func wrongTokensAreRefused() async throws {
        let stage = try await Stage.make()
        let wrong = String(stage.tokens.caller.dropLast(4)) + "zzzz"
        let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for _ in 0..<100 {
                group.addTask { try await stage.relay.get("/v1/audit/calls", token: wrong) }
            }
            #expect(try await stage.call(.carProfile(), app: "main").status == 200)
            return try await group.reduce(into: [HTTPAnswer]()) { $0.append($1) }
        }
        #expect(answers.count == 100 && answers.allSatisfy { $0.problem == "unauthenticated" && $0.status == 401 })
        await stage.stop()
    }
}

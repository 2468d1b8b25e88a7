import Foundation
import JSON
import TestSupport
import Testing

@Suite("Reading the trail over HTTP", .bounded)
struct AuditAPITests {
    private func list(_ stage: Stage, _ query: String) async throws -> HTTPAnswer {
        try await stage.relay.get("/v1/audit/calls?" + query, token: stage.tokens.auditor)
    }

    private func ids(_ answer: HTTPAnswer) -> [String] {
        answer.json["data"]?.elements.compactMap { $0["id"]?.string } ?? []
    }

    /// A stage with 120 calls, of which 20 have failed.
    private static let filled = Task {
        let stage = try await Stage.make()
        try await stage.gateway.order(#"{"kind":"error","code":40,"method":"\#(Example.rental().method)","count":20}"#)
        let (port, token) = (stage.relay.port, stage.tokens.caller)
        try await onThread {
            let connection = try RawClient(port: port)
            for index in 0..<120 {
                let example = index % 2 == 0 ? Example.rental() : Example.carProfile(phone: "13912340000")
                var request = HTTPRequest(method: "POST", path: example.path, body: Array(example.body.utf8))
                request.headers = [("Authorization", "Bearer \(token)"), ("Content-Type", "application/json")]
                if index >= 110 { request.headers.append(("Top-App", "by-md5")) }
                _ = try connection.exchange(request)
            }
        }
        let other = Example.carProfile()
        _ = try await stage.relay.post(
            other.path, other.body, token: stage.tokens.other, headers: [("Top-Seller", "店铺 二")])
        return stage
    }

    @Test("Newest first, with the contract's members; open calls too")
    func newestFirst() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        try await stage.gateway.order(#"{"kind":"hang","contains":"\#(example.marker)"}"#)
        async let waiting = stage.call(example, headers: [("Top-Ref", example.marker)])
        let open = try await eventually("the open call is listed") {
            let page = try await list(stage, "outcome=open&limit=1000")
            return page.json["data"]?.elements.first {
                $0["refs"]?.elements.first { _ in true }?.string == example.marker
            }
        }
        #expect(open["outcome"]?.string == "open")
        #expect(open["status"]?.isNull == true)
        try await stage.gateway.release()
        let answer = try await waiting
        let one = try await stage.relay.get("/v1/audit/calls/\(answer.id ?? "")", token: stage.tokens.auditor)
        try #require(one.status == 200)
        #expect(one.json["id"]?.string == answer.id)
        #expect(one.json["method"]?.string == example.method)
        #expect(one.json["outcome"]?.string == "success")
        #expect(one.json["status"]?.lexeme == "200")
        #expect(one.json["app"]?.string == "main" && one.json["seller"]?.string == "shop")
        #expect(one.json["caller"]?.string == "caller")
        #expect(one.json["top_request_id"]?.string == answer.json["top_request_id"]?.string)
        #expect((one.json["duration_ms"]?.lexeme.flatMap { Double($0) } ?? 0) > 0)
        #expect(one.json["request"] == nil && one.json["response"] == nil)
        let at = one.json["at"]?.string ?? ""
        #expect(at.count == 24 && at.hasSuffix("Z"), "\(at)")
    }

    @Test("Pages forth and back hold every call once, in order")
    func pagesForthAndBack() async throws {
        let stage = try await Self.filled.value
        var forth: [String] = []
        var cursor = ""
        var last = ""
        repeat {
            let page = try await list(stage, "limit=25\(cursor)")
            try #require(page.status == 200, "\(page)")
            #expect(page.json["pagination"]?["limit"]?.lexeme == "25")
            forth += ids(page)
            last = page.json["pagination"]?["prev"]?.string ?? ""
            cursor = page.json["pagination"]?["next"]?.string.map { "&cursor=\($0)" } ?? ""
        } while !cursor.isEmpty && forth.count < 1000
        #expect(forth.count == 121)
        #expect(Set(forth).count == 121)
        #expect(forth == forth.sorted(by: >))
        var back: [String] = []
        while !last.isEmpty, back.count < 1000 {
            let page = try await list(stage, "limit=25&cursor=\(last)")
            back = ids(page) + back
            last = page.json["pagination"]?["prev"]?.string ?? ""
        }
        #expect(back == Array(forth.prefix(100)))
        #expect(ids(try await list(stage, "")).count == 50)
        #expect(ids(try await list(stage, "limit=1000")) == forth)
    }

    @Test("Each filter narrows, and they narrow together")
    func eachFilterNarrows() async throws {
        let stage = try await Self.filled.value
        let rental = Example.rental().method
        for (query, count) in [
            ("method=\(rental)", 60), ("method=alitrip.*", 60), ("method=*.carprofile.*", 61), ("method=nothing", 0),
            ("method=tmall_aliauto*", 0), ("outcome=rejected", 20), ("outcome=success", 101), ("outcome=open", 0),
            ("app=by-md5", 10), ("caller=other", 1), ("caller=caller", 120),
            ("seller=%E5%BA%97%E9%93%BA+%E4%BA%8C", 1), ("seller=shop", 60),
            ("method=alitrip.*&outcome=rejected&app=main", 20), ("method=alitrip.*&outcome=success&app=by-md5", 5),
        ] {
            let page = try await list(stage, "limit=1000&" + query)
            #expect(ids(page).count == count, "\(query): \(page.status)")
        }
    }

    @Test("From is inclusive, to exclusive, both with any offset")
    func fromIsInclusive() async throws {
        let stage = try await Self.filled.value
        let all = try await list(stage, "limit=1000").json["data"]?.elements.map { $0 } ?? []
        let at = try #require(all[60]["at"]?.string)
        let later = all.count { ($0["at"]?.string ?? "") >= at }
        #expect(ids(try await list(stage, "limit=1000&from=\(at)")).count == later)
        #expect(ids(try await list(stage, "limit=1000&to=\(at)")).count == 121 - later)
        #expect(ids(try await list(stage, "from=2000-01-01T00:00:00%2B08:00&to=2001-01-01T00:00:00Z")).isEmpty)
        let hour = ISO8601DateFormatter().string(from: Date().addingTimeInterval(-3600))
        #expect(ids(try await list(stage, "limit=1000&from=\(hour)")).count == 121)
    }

    @Test("Include adds the texts, masked, to the list and to one call")
    func includeAddsTexts() async throws {
        let stage = try await Self.filled.value
        let page = try await list(stage, "limit=1&method=tmall.*&include=request,response&caller=caller")
        let call = try #require(page.json["data"]?.elements.first { _ in true })
        let request = try JSONDocument(Array((call["request"]?.string ?? "").utf8)).root
        #expect(request["phone"]?.string == "139****0000")
        #expect(request["data_source"]?.string == "XKZ")
        #expect(request["session"] == nil && request["sign"] == nil && request["app_key"] == nil)
        #expect(call["response"]?.string?.contains("tmall_aliauto_carprofile_sync_response") == true)
        let id = try #require(call["id"]?.string)
        let one = try await stage.relay.get("/v1/audit/calls/\(id)?include=response", token: stage.tokens.auditor)
        #expect(one.json["response"]?.string == call["response"]?.string)
        #expect(one.json["request"] == nil)
    }

    @Test(
        "Bad parameters are refused by name",
        arguments: [
            "limit=0", "limit=1001", "limit=x", "limit=-1", "from=yesterday", "to=2026-01-32", "outcome=fine",
            "cursor=x", "include=secrets", "include=,", "include=request,", "unknown=1", "app=a&app=b", "method=%zz",
            "from=2026-13-01T00:00:00Z",
        ])
    func badParameters(_ query: String) async throws {
        let answer = try await list(try await Stage.shared, query)
        #expect(answer.status == 400)
        #expect(answer.problem == "malformed-request", "\(answer)")
        let name = query.hasPrefix("method") ? "" : String(query.prefix { $0 != "=" })
        #expect(answer.json["detail"]?.string?.contains(name) ?? false || name.isEmpty)
    }

    @Test("The scope audit:read is needed, and a call that is not there is 404")
    func scopeAudit() async throws {
        let stage = try await Stage.shared
        let none = "01890a5d-ac96-774b-bcce-b302099a8057"
        for path in ["/v1/audit/calls", "/v1/audit/calls/\(none)"] {
            #expect(try await stage.relay.get(path, token: stage.tokens.caller).problem == "forbidden")
            #expect(try await stage.relay.get(path).problem == "unauthenticated")
        }
        for id in [none, "x", "01890a5d-ac96-474b-bcce-b302099a8057"] {
            let answer = try await stage.relay.get("/v1/audit/calls/\(id)", token: stage.tokens.auditor)
            #expect(answer.problem == "not-found")
        }
    }

    @Test("A caller reads its own call again, and nobody else's")
    func ownCall() async throws {
        let stage = try await Stage.shared
        for example in [Example.carProfile(), .cards(), .address()] {
            let answer = try await stage.call(example)
            let path = "/v1/calls/\(answer.id ?? "")"
            let again = try await stage.relay.get(path, token: stage.tokens.caller)
            try #require(again.status == 200, "\(again)")
            #expect(again.id == answer.id)
            #expect(again.outcome == answer.outcome)
            // The trail's answer: card ids that the caller sent are masked in it.
            let kept = ["111", "222", "333"].reduce(example.result) { $0.replacing("\\\"\($1)\\\"", with: #"\"***\""#) }
            #expect(again.json["result"].map { String(decoding: $0.raw, as: UTF8.self) } == kept)
            #expect(try await stage.relay.get(path, token: stage.tokens.other).problem == "not-found")
            #expect(try await stage.relay.get(path, token: stage.tokens.auditor).problem == "forbidden")
        }
        let failed = try await stage.call(.rental(), app: "nowhere")
        let again = try await stage.relay.get("/v1/calls/\(failed.id ?? "")", token: stage.tokens.caller)
        #expect(again.status == 200)
        #expect(again.outcome == "not_sent")
        #expect(again.text == failed.text)
    }
}

import JSON
import TestSupport
import Testing

@Suite("The five methods, from a caller's JSON to the gateway and back", .bounded)
struct FiveMethodsTests {
    @Test("By path and by name, under each sign, what arrives is what the page says, to the byte")
    func byPathAndByName() async throws {
        let stage = try await Stage.shared
        for app in ["main", "by-md5", "by-hmac"] {
            for example in Example.all {
                for path in [example.path, "/v1/top/" + example.method] {
                    let answer = try await stage.call(example, app: app, path: path)
                    #expect(answer.status == 200, "\(example.method) \(app): \(answer)")
                }
                let calls = stage.gateway.calls(with: example.marker)
                try #require(calls.count == 2)
                for call in calls { check(call, of: example, app: app) }
            }
        }
    }

    private func check(_ call: GatewayCall, of example: Example, app name: String) {
        #expect(call.business == example.expected)
        #expect(call.isSignRight)
        #expect(call.inQuery.isEmpty)
        #expect(call.path == "/router/rest")
        #expect(call.headers["content-type"] == "application/x-www-form-urlencoded;charset=UTF-8")
        #expect(call.headers["expect"] == nil)
        guard let app = StageApp.all.first(where: { $0.name == name }) else { return }
        #expect(call.parameters["app_key"] == app.key)
        #expect(call.parameters["sign_method"] == app.signMethod)
        #expect(call.parameters["session"] == (example.needsSession ? app.sessions[0].key : nil))
        #expect(call.parameters["method"] == example.method)
        #expect(call.parameters["v"] == "2.0")
        #expect(call.parameters["format"] == "json")
    }

    @Test("The answer has the contract's shape, and the row tells the same", arguments: Example.all)
    func answerHasContractShape(_ example: Example) async throws {
        let stage = try await Stage.shared
        let answer = try await stage.call(example, headers: [("Top-Ref", "单-\(example.marker)"), ("Top-Ref", "B 2")])
        try #require(answer.status == 200)
        #expect(answer["Content-Type"] == "application/json")
        #expect(answer["X-Request-Id"] == answer.id)
        let timing = answer["Server-Timing"] ?? ""
        #expect(timing.contains("audit;dur=") && timing.contains("top;dur=") && timing.contains("total;dur="))
        #expect(answer.json["method"]?.string == example.method)
        #expect(answer.outcome == example.outcome)
        #expect(answer.json["result"].map { String(decoding: $0.raw, as: UTF8.self) } == example.result)
        let id = try #require(answer.id)
        #expect(id.count == 36 && id.dropFirst(14).first == "7")
        let row = try #require(try await stage.trail(id: id))
        #expect(row.outcome == example.outcome)
        #expect(row.status == 200)
        #expect(row.endedRows == 1)
        #expect(row.method == example.method)
        #expect(row.caller == "caller")
        #expect(row.app == "main")
        #expect(row.seller == (example.needsSession ? "shop" : nil))
        #expect(row.refs == ["单-\(example.marker)", "B 2"])
        #expect(row.topRequestID == answer.json["top_request_id"]?.string)
        #expect(row.attempts == 1)
    }
}

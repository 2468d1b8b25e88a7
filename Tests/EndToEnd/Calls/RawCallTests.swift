import Foundation
import JSON
import TestSupport
import Testing

@Suite("Raw calls", .bounded)
struct RawCallTests {
    private static let token = Task { try await makeToken([]) }

    /// A token with the scope that the relay already knows.
    private static func makeToken(_ options: [String]) async throws -> String {
        let stage = try await Stage.shared
        let token = try await stage.line.token("raw-" + Example.newMarker(), ["--scope", "relay:raw"] + options)
        try await eventually("the relay knows the token") {
            try await stage.relay.get("/v1/calls/017f22e2-79b0-7cc3-98c4-dc0c0c07398f", token: token).status == 404
        }
        return token
    }

    private func post(
        _ method: String, _ body: String, headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        try await Stage.shared.relay.post(
            "/v1/raw/\(method)", body, token: Self.token.value, headers: [("Top-App", "main")] + headers)
    }

    @Test("A method without an entry goes out as it is, and comes back with its wrappers, not judged")
    func withoutEntry() async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        let response = #"{\"items\":{\"item\":[{\"id\":9007199254740993}]},\"request_id\":\"r-\#(marker)\"}"#
        try await stage.gateway.order(
            #"{"contains":"\#(marker)","kind":"custom","body":"{\"demo_free_put_response\":\#(response)}"}"#)
        let body =
            #"{"mark":"\#(marker)","n":1.50,"flag":true,"none":null,"blank":" ","list":[1, 2],"box":{"a b":"张三"}}"#
        let answer = try await post("demo.free.put", body)
        #expect(answer.status == 200 && answer.outcome == "success", "\(answer)")
        #expect(answer.json["judged"]?.bool == false && answer.json["top_request_id"]?.string == "r-\(marker)")
        #expect(answer.text.contains(#""result":{"items":{"item":[{"id":9007199254740993}]}}"#), "\(answer)")
        let call = try #require(stage.gateway.calls(with: marker).first)
        #expect(
            call.business == [
                "mark": marker, "n": "1.50", "flag": "true", "list": "[1,2]", "box": #"{"a b":"张三"}"#,
            ])
        #expect(call.isSignRight && call.parameters["session"] == nil)
        let row = try #require(try await stage.trail(id: answer.id))
        #expect(row.row["method"]?.string == "demo.free.put" && row.request?.contains(marker) == false)
        #expect(row.request?.contains("张三") == false && row.request?.contains("***") == true)
        #expect(row.row["seller"]?.string == nil)
        let own = try await stage.relay.get("/v1/calls/\(answer.id ?? "")", token: Self.token.value)
        #expect(own.status == 200 && own.json["judged"]?.bool == false, "\(own)")
        let metrics = try await stage.relay.get("/metrics").text
        #expect(metrics.contains(#"toprelay_calls_total{method="raw""#) && !metrics.contains("demo.free.put"))
    }

    @Test("A Boolean of success that is false fails the call, though no entry documents it")
    func undocumentedBoolean() async throws {
        for (response, outcome) in [
            (#"{\"result\":{\"success\":false}}"#, "business_failure"),
            (#"{\"a\":{\"b\":{\"isSuccess\":\"false\"}}}"#, "business_failure"),
            (#"{\"list\":[{\"success\":false}]}"#, "success"), (#"{\"success\":true}"#, "success"),
            (#"{\"error_response\":{\"code\":27,\"msg\":\"Invalid session\"}}"#, "session_invalid"),
            (#"{\"result\":{\"success\":true,\"success\":false}}"#, "unknown"),
        ] {
            let marker = Example.newMarker()
            try await Stage.shared.gateway.order(
                #"{"contains":"\#(marker)","kind":"custom","body":"{\"demo_free_put_response\":\#(response)}"}"#)
            let answer = try await post("demo.free.put", #"{"mark":"\#(marker)"}"#)
            #expect(answer.outcome == outcome, "\(response) \(answer)")
        }
    }

    @Test("With an entry, masking and judgement follow it, and nothing is validated")
    func withEntry() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        let answer = try await post(
            example.method,
            example.body.replacing(#""phone":"13700000000""#, with: #""phone":"13712345678","data_source":"XKZ""#),
            headers: [("Top-Seller", "shop")])
        #expect(answer.status == 200 && answer.outcome == "success", "\(answer)")
        #expect(
            answer.json["judged"] == nil && answer.json["result"]?["data"]?["id_mapping"]?["entry"] != nil, "\(answer)")
        let call = try #require(stage.gateway.calls(with: example.marker).first)
        #expect(
            call.parameters["session"] == "planted-session-of-main" && call.business["list"] == example.expected["list"]
        )
        let row = try #require(try await stage.trail(id: answer.id))
        let request = try #require(row.request)
        #expect(
            !request.contains("浙A8B7Y1") && !request.contains("13712345678") && request.contains("50006718"),
            "\(request)")
        #expect(row.row["seller"]?.string == "shop")
        // The id that was sent is not in the answer, so the entry's rules call it a failure.
        let lost = Example.carProfile()
        try await stage.gateway.order(
            #"{"contains":"\#(lost.marker)","kind":"custom","body":"{\"tmall_aliauto_carprofile_sync_response\":"#
                + #"{\"is_success\":true,\"data\":{\"id_mapping\":{\"entry\":[]}}}}"}"#)
        let failed = try await post(lost.method, lost.body, headers: [("Top-Seller", "shop")])
        #expect(failed.outcome == "business_failure", "\(failed)")
    }

    @Test("JSON as text is masked like JSON")
    func jsonAsText() async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        let list =
            #"{\"car_license\":\"浙A8B7Y1\",\"car_vin\":\"LSVAU2180N2183294\",\"channel_profile_id\":\"\#(marker)\"}"#
        let answer = try await post("tmall.aliauto.carprofile.sync", #"{"list":"\#(list)"}"#)
        let row = try #require(try await stage.trail(id: answer.id))
        let request = try #require(row.request)
        #expect(
            request.contains(marker) && !request.contains("浙A8B7Y1") && !request.contains("LSVAU2180N2183294"),
            "\(request)")
        #expect(!(row.response ?? "").contains("浙A8B7Y1"))
    }

    @Test(
        "A reserved name is refused, and nothing is sent",
        arguments: ["session", "sign", "method", "app_key", "target_app_key", "customerId", "simplify", "v"])
    func reservedName(_ name: String) async throws {
        let marker = Example.newMarker()
        let answer = try await post(
            "demo.free.put", #"{"mark":"\#(marker)","\#(name)":"x"}"#, headers: [("X-Request-Id", marker)])
        let fault = answer.json["errors"]?.elements.first { _ in true }
        #expect(answer.problem == "invalid-parameters" && fault?["code"]?.string == "reserved", "\(answer)")
        #expect(fault?["pointer"]?.string == "/\(name)")
        #expect(try await Stage.shared.traces(of: marker) == 0)
    }

    @Test("The scope relay:raw is needed, and gives no other calls; token limits hold")
    func scopeIsNeeded() async throws {
        let stage = try await Stage.shared
        let refused = try await stage.relay.post("/v1/raw/demo.free.put", "{}", token: stage.tokens.caller)
        #expect(refused.problem == "forbidden" && refused.text.contains("relay:raw"), "\(refused)")
        let other = try await stage.relay.post("/v1/aliauto/car-profiles", "{}", token: Self.token.value)
        #expect(other.problem == "forbidden", "\(other)")
        let limited = try await Self.makeToken(["--method", "taobao.*"])
        let outside = try await stage.relay.post("/v1/raw/demo.free.put", "{}", token: limited)
        #expect(outside.problem == "forbidden", "\(outside)")
    }

    @Test("Bad names, bodies, media types and HTTP methods are refused")
    func badInput() async throws {
        let stage = try await Stage.shared
        for name in ["demo", "demo..put", "demo.put%20", "%ff"] {
            #expect(try await post(name, "{}").problem == "not-found", "\(name)")
        }
        for body in ["[]", "7"] {
            #expect(try await post("demo.free.put", body).problem == "invalid-parameters")
        }
        for body in ["", "{", #"{"a":1,"a":2}"#] {
            #expect(try await post("demo.free.put", body).problem == "malformed-request")
        }
        let form = try await stage.relay.send(
            HTTPRequest(
                method: "POST", path: "/v1/raw/demo.free.put",
                headers: [
                    ("Authorization", "Bearer \(try await Self.token.value)"),
                    ("Content-Type", "multipart/form-data; boundary=x"),
                ], body: Array("--x--\r\n".utf8)))
        #expect(form.problem == "unsupported-media-type", "\(form)")
        let get = try await stage.relay.get("/v1/raw/demo.free.put", token: Self.token.value)
        #expect(get.problem == "method-not-allowed" && get["Allow"] == "POST", "\(get)")
        let seller = try await post("demo.free.put", #"{"a":1}"#, headers: [("Top-Seller", "nobody")])
        #expect(seller.problem == "session-invalid", "\(seller)")
    }

    @Test("It counts as a write: an unknown outcome is not to be repeated, and a key replays it")
    func countsAsWrite() async throws {
        let stage = try await Stage.shared
        let marker = Example.newMarker()
        try await stage.gateway.order(#"{"contains":"\#(marker)","kind":"cut"}"#)
        let unknown = try await post("demo.free.get", #"{"mark":"\#(marker)"}"#)
        #expect(unknown.problem == "outcome-unknown" && unknown.json["retryable"]?.bool == false, "\(unknown)")
        let key = [(name: "Idempotency-Key", value: marker)]
        let first = try await post("demo.free.put", #"{"mark":"\#(marker)-k"}"#, headers: key)
        let again = try await post("demo.free.put", #"{"mark":"\#(marker)-k"}"#, headers: key)
        #expect(again["Idempotency-Replayed"] == "true" && again.body == first.body && first.status == 200, "\(again)")
        #expect(stage.gateway.calls(with: marker + "-k").count == 1)
        let dry = try await post("demo.free.put", #"{"mark":"\#(marker)-d"}"#, headers: [("Top-Dry-Run", "true")])
        #expect(dry.json["parameters"]?["mark"]?.string == marker + "-d" && dry.json["parameters"]?["session"] == nil)
    }
}

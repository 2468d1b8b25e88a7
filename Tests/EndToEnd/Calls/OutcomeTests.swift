import JSON
import TestSupport
import Testing

@Suite("What TOP or the network did becomes outcome, status, problem and row", .bounded)
struct OutcomeTests {
    struct Case: Sendable, CustomStringConvertible {
        /// Members of the fault that is ordered.
        var fault: String
        var example: @Sendable () -> Example = { .carProfile() }
        var app: String?
        var seller: String?
        var status: Int
        var problem: String
        var outcome: String
        var retryable: Bool
        var code: String?
        var subCode: String?

        var description: String { "\(fault) \(app ?? "") \(seller ?? "")" }
    }

    private static func error(
        _ code: Int, _ subCode: String?, _ status: Int, _ problem: String, _ outcome: String, retryable: Bool = false,
        example: @escaping @Sendable () -> Example = { .carProfile() }
    ) -> Case {
        let sub = subCode.map { #","sub_code":"\#($0)","sub_msg":"said so""# } ?? ""
        return Case(
            fault: #""kind":"error","code":\#(code),"msg":"Words"\#(sub)"#, example: example, status: status,
            problem: problem, outcome: outcome, retryable: retryable, code: "\(code)", subCode: subCode)
    }

    static let errors: [Case] = [
        error(15, "20000", 422, "rejected-by-top", "rejected"),
        error(40, "isv.missing-parameter:x", 422, "rejected-by-top", "rejected"),
        error(15, "isv.invalid-parameter", 422, "rejected-by-top", "rejected"),
        error(41, nil, 422, "rejected-by-top", "rejected"), error(43, nil, 422, "rejected-by-top", "rejected"),
        error(601, nil, 422, "rejected-by-top", "rejected"),
        error(26, nil, 424, "session-invalid", "session_invalid"),
        error(44, nil, 424, "session-invalid", "session_invalid"),
        error(53, nil, 424, "session-invalid", "session_invalid"),
        error(15, "invalid-sessionkey", 424, "session-invalid", "session_invalid"),
        error(11, "isv.permission-api-package-limit", 502, "relay-misconfigured", "misconfigured"),
        error(12, nil, 502, "relay-misconfigured", "misconfigured"),
        error(31, nil, 502, "relay-misconfigured", "misconfigured"),
        error(47, nil, 502, "relay-misconfigured", "misconfigured"),
        error(15, "isp.top-remote-service-unavailable", 502, "top-error", "platform_error", retryable: true),
        error(15, "isp.remote-connection-error", 502, "top-error", "platform_error", retryable: true),
        error(15, "isp.top-remote-connection-error-tmall", 502, "top-error", "platform_error", retryable: true),
        error(10, nil, 502, "top-error", "platform_error", retryable: true),
        error(15, "isp.top-remote-service-timeout", 504, "outcome-unknown", "unknown"),
        error(15, "isp.remote-service-error", 504, "outcome-unknown", "unknown"),
        error(15, "isp.unknown-error", 504, "outcome-unknown", "unknown"),
        error(
            15, "isp.unknown-error", 504, "outcome-unknown", "unknown", retryable: true, example: { .cards() }),
    ]

    static let network: [Case] = [
        ("cut", nil), ("reset", nil), ("half", nil), ("half_head", nil), ("half_chunked", nil), ("html", "unreadable"),
        ("empty", "unreadable"), ("gzip_garbage", nil), ("big", nil), ("gzip_bomb", nil),
        (#"http_status","status":"500"#, "http-500"), (#"http_status","status":"503"#, "http-503"),
        (#"http_status","status":"403"#, "http-403"),
        (#"custom","body":"not JSON"#, "unreadable"), (#"custom","body":"[1]"#, "unreadable"),
    ].map { kind, code in
        Case(
            fault: #""kind":"\#(kind)""#, status: 504, problem: "outcome-unknown", outcome: "unknown",
            retryable: false, code: code)
    }

    /// Addresses that are not those of a gateway.
    static let wrongAddresses: [Case] = [
        (#"http_status","status":"302","location":"http://127.0.0.1:9/"#, "http-302"),
        (#"http_status","status":"301"#, "http-301"), (#"http_status","status":"404"#, "http-404"),
        (#"http_status","status":"405"#, "http-405"),
    ].map { kind, code in
        Case(
            fault: #""kind":"\#(kind)""#, status: 502, problem: "relay-misconfigured", outcome: "misconfigured",
            retryable: false, code: code)
    }

    static let real: [Case] = [
        Case(
            fault: "", seller: "stale", status: 424, problem: "session-invalid", outcome: "session_invalid",
            retryable: false, code: "27", subCode: "session-expired"),
        Case(
            fault: "", seller: "stranger", status: 424, problem: "session-invalid", outcome: "session_invalid",
            retryable: false, code: "27", subCode: "invalid-sessionkey"),
        Case(
            fault: "", app: "wrong-secret", status: 502, problem: "relay-misconfigured", outcome: "misconfigured",
            retryable: false, code: "25"),
        Case(
            fault: "", app: "unknown-key", status: 502, problem: "relay-misconfigured", outcome: "misconfigured",
            retryable: false, code: "29", subCode: "isv.appkey-not-exists"),
        Case(
            fault: "", app: "nowhere", status: 502, problem: "top-unreachable", outcome: "not_sent", retryable: true),
        Case(
            fault: "", app: "no-host", status: 502, problem: "top-unreachable", outcome: "not_sent", retryable: true),
    ]

    /// Answers under HTTP 200 that are a failure, or that say nothing, in the shape of a success.
    static let disguised: [Case] = [
        custom(#"{"response":{"flag":"failure","code":25,"message":"Invalid signature"}}"#, code: "unreadable"),
        custom(#"{"code":"0","data":{"is_success":true}}"#, code: "unreadable"),
        custom(#"{"errcode":0,"result":{"is_success":true}}"#, code: "unreadable"),
        custom(#"{"ROOT":{"error_response":{"code":27,"msg":"Invalid session"}}}"#, 424, "session-invalid", code: "27"),
        custom(#"{"ROOT":{"flag":"failure","message":"m"}}"#, 422, "rejected-by-top", code: ""),
        custom(#"{"ROOT":{"is_success":true,"code":15,"sub_code":"isv.x"}}"#, 422, "rejected-by-top", code: "15"),
        custom(#"{"body":{"error_response":{"code":25,"msg":"m"}}}"#, 502, "relay-misconfigured", code: "25"),
        custom(#"{"ROOT":{"is_success":true,"is_success":false}}"#, code: "unreadable"),
        custom(#"{"ROOT":{"is_success":true},"ROOT":{"is_success":false}}"#, code: "unreadable"),
        custom(#"{"error_response":{"code":27,"code":15}}"#, code: "unreadable"),
    ]

    private static func custom(
        _ body: String, _ status: Int = 504, _ problem: String = "outcome-unknown", code: String
    ) -> Case {
        let text = body.replacing("ROOT", with: "tmall_aliauto_carprofile_sync_response")
            .replacing("\"", with: "\\\"")
        let outcomes = [
            "session-invalid": "session_invalid", "rejected-by-top": "rejected",
            "relay-misconfigured": "misconfigured", "outcome-unknown": "unknown",
        ]
        return Case(
            fault: #""kind":"custom","body":"\#(text)""#, status: status, problem: problem,
            outcome: outcomes[problem] ?? "", retryable: false, code: code)
    }

    @Test("A failure in the shape of a success is told as the failure that it is", arguments: disguised)
    func disguisedFailures(_ expected: Case) async throws {
        let stage = try await Stage.shared
        let example = expected.example()
        try await stage.gateway.order(#"{"contains":"\#(example.marker)",\#(expected.fault)}"#)
        let answer = try await stage.call(example)
        #expect(answer.status == expected.status, "\(answer)")
        #expect(answer.problem == expected.problem)
        #expect(answer.outcome == expected.outcome)
        let row = try #require(try await stage.trail(id: answer.id))
        #expect(row.outcome == expected.outcome)
        #expect(row.code ?? "" == expected.code)
        // The caller reads the same again.
        let own = try await stage.relay.get("/v1/calls/\(answer.id ?? "")", token: stage.tokens.caller)
        #expect(own.outcome == expected.outcome)
        #expect(own.json["top"]?["code"]?.string == answer.json["top"]?["code"]?.string)
    }

    @Test("A large response is read off the loop, and told in full")
    func largeResponse() async throws {
        let stage = try await Stage.shared
        let example = Example.carProfile()
        let text = String(repeating: "x", count: 300 << 10)
        let body = #"{\"tmall_aliauto_carprofile_sync_response\":{\"is_success\":true,\"more\":\"\#(text)\"}}"#
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"custom","body":"\#(body)"}"#)
        let before = try await Self.largeAnswers(stage)
        let answer = try await stage.call(example)
        #expect(answer.status == 200)
        #expect(answer.json["result"]?["more"]?.string == text)
        #expect(try await Self.largeAnswers(stage) == before + 1)
    }

    private static func largeAnswers(_ stage: Stage) async throws -> Int {
        let name = "toprelay_large_answers_total "
        let line = try await stage.relay.get("/metrics").text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int(Double($0.dropFirst(name.count)) ?? 0) } ?? 0
    }

    @Test("Each error of TOP is classed as the contract says", arguments: errors)
    func topErrors(_ expected: Case) async throws { try await check(expected) }

    @Test("What is no answer leaves open whether it was done", arguments: network)
    func whatIsNoAnswer(_ expected: Case) async throws { try await check(expected) }

    @Test(
        "A redirection, 404 and 405 are no answers of a gateway, and the log has the address", arguments: wrongAddresses
    )
    func wrongAddress(_ expected: Case) async throws {
        try await check(expected)
        let stage = try await Stage.shared
        #expect(stage.relay.log.contains("The gateway's address is not that of TOP's gateway"))
        if expected.code == "http-302" { #expect(stage.relay.log.contains("http://127.0.0.1:9/")) }
    }

    @Test("A wrong session, secret or key, and a gateway that is not there", arguments: real)
    func realFaults(_ expected: Case) async throws { try await check(expected) }

    private func check(_ expected: Case) async throws {
        let stage = try await Stage.shared
        let example = expected.example()
        if !expected.fault.isEmpty {
            try await stage.gateway.order(#"{"contains":"\#(example.marker)",\#(expected.fault)}"#)
        }
        let answer = try await stage.call(example, app: expected.app, seller: expected.seller)
        #expect(answer.status == expected.status, "\(answer)")
        #expect(answer.problem == expected.problem)
        #expect(answer.outcome == expected.outcome)
        #expect(answer.json["retryable"]?.bool == expected.retryable)
        #expect(answer.json["method"]?.string == example.method)
        #expect(answer["X-Request-Id"] == answer.id)
        #expect(answer["Server-Timing"] != nil)
        let row = try #require(try await stage.trail(id: answer.id), "\(answer)")
        #expect(row.outcome == expected.outcome)
        #expect(row.status == expected.status)
        #expect(row.endedRows == 1)
        #expect(row.request?.contains(example.marker) == true)
        #expect(row.subCode == expected.subCode)
        if let code = expected.code { #expect(row.code == code) }
        let isSent = expected.outcome != "not_sent"
        #expect(row.attempts == (isSent ? 1 : 0))
        #expect(stage.gateway.calls(with: example.marker).count == (isSent ? 1 : 0))
        guard expected.code.flatMap({ Int($0) }) != nil else { return }
        let top = answer.json["top"]
        #expect(top?["code"]?.string == expected.code)
        #expect(top?["sub_code"]?.string == expected.subCode)
        #expect(top?["msg"]?.string?.isEmpty == false)
        #expect(top?["request_id"]?.string == row.topRequestID)
        #expect(row.response?.contains("error_response") == true)
    }

    @Test("No answer in time is unknown, and the reply comes when the time is over")
    func noAnswerInTime() async throws {
        let stage = try await Stage.shared
        let quick = try await stage.startRelay(["TOPRELAY_CALL_TIMEOUT": "1"])
        defer { quick.child.kill() }
        for (fault, example) in [("hang", Example.carProfile()), (#"trickle","pause_ms":"900"#, .cards())] {
            try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"\#(fault)"}"#)
            let answer = try await quick.post(example.path, example.body, token: stage.tokens.caller)
            #expect(answer.status == 504)
            #expect(answer.problem == "outcome-unknown")
            #expect(answer.outcome == "unknown")
            let row = try #require(try await stage.trail(id: answer.id))
            #expect(row.outcome == "unknown")
            #expect(row.status == 504)
            #expect(row.code == "curl-28")
            #expect(row.message == "No response from TOP: timed out after 1 s")
            #expect(answer.json["detail"]?.string == "No response from TOP: timed out after 1 s.")
            let own = try await stage.relay.get("/v1/calls/\(answer.id ?? "")", token: stage.tokens.caller)
            #expect(own.json["detail"]?.string == answer.json["detail"]?.string)
            let shown = try await stage.line.succeed(["audit", "show", answer.id ?? ""])
            #expect(shown.contains("\nno answer     No response from TOP: timed out after 1 s\n"), "\(shown)")
            #expect(!shown.contains("curl-28") && !shown.contains("TOP took"), "\(shown)")
        }
    }

    @Test("A warm connection that is cut on its next request: not sent twice, and unknown")
    func warmCut() async throws {
        let stage = try await Stage.make(["TOPRELAY_WORKERS": "1"])
        for kind in ["cut_warm", #"reset","warm":"true"#] {
            #expect(try await stage.call(.carProfile()).status == 200)
            let example = Example.carProfile()
            try await stage.gateway.order(#"{"kind":"\#(kind)","contains":"\#(example.marker)"}"#)
            let answer = try await stage.call(example)
            #expect(answer.problem == "outcome-unknown", "\(answer)")
            let calls = stage.gateway.calls(with: example.marker)
            #expect(calls.count == 1)
            #expect((calls.first?.nth ?? 0) > 1)
            let row = try await stage.trail(id: answer.id)
            #expect(row?.outcome == "unknown")
            #expect(row?.message == "No response from TOP: connection lost after the request was sent")
        }
        await stage.stop()
    }

    @Test("A connection that closes between calls does no harm")
    func closedBetweenCalls() async throws {
        let stage = try await Stage.shared
        for _ in 0..<6 {
            let example = Example.rental()
            try await stage.gateway.order(#"{"kind":"close_after","contains":"\#(example.marker)"}"#)
            #expect(try await stage.call(example).status == 200)
        }
    }
}

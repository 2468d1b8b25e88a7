import Foundation
import JSON
import TestSupport
import Testing

@Suite("Planted secrets are found nowhere", .bounded)
struct SecretsTests {
    /// Values of callers that are to be seen masked only.
    private static let phone = "13812345678"
    private static let personal = [phone, "京A8Z9Q7", "LSVNV2182E2100001", "ENG7788990", "62220212345678"]
    private static let key = "planted-idempotency-key"

    @Test(
        "In logs, tables, metrics, error bodies and arguments, after calls of all kinds", arguments: ["json", "text"])
    func inLogs(_ format: String) async throws {
        let stage = try await Stage.make([
            "TOPRELAY_LOG_FORMAT": format, "TOPRELAY_LOG_LEVEL": "trace", "TOPRELAY_CALL_TIMEOUT": "2",
        ])
        let relay = stage.relay
        var answers = try await callAll(stage)
        answers += try await refuseAll(stage)
        answers += try await callThroughProxies(stage)
        let (administered, newSecrets) = try await administer(stage)
        answers += administered
        for (name, path) in [("metrics", "/metrics"), ("readyz", "/readyz")] {
            try expectNothing(in: try await relay.get(path).text, name, stage)
        }
        let list = try await relay.get(
            "/v1/audit/calls?limit=1000&include=request,response", token: stage.tokens.auditor)
        #expect(list.text.contains("138****5678"))
        for secret in newSecrets { #expect(!list.text.contains(secret)) }
        try expectNothing(in: list.text, "the audit list", stage)
        let line = try String(contentsOfFile: "/proc/\(relay.child.pid)/cmdline", encoding: .utf8)
        try expectNothing(in: line, "the arguments", stage)
        for answer in answers { try expectNothing(in: answer.text, "an answer", stage) }
        for answer in answers where answer.status != 200 { #expect(answer.problem != nil, "\(answer)") }
        #expect(try await relay.terminate() == .exited(0))
        try expectNothing(in: relay.log, "the log", stage)
        for secret in newSecrets { #expect(!relay.log.contains(secret)) }
        #expect(!relay.log.isEmpty)
        let dump = try await stage.cluster.dump(stage.database)
        #expect(dump.contains("138****5678"))
        try expectNothing(in: dump, "the tables", stage)
        for secret in newSecrets { #expect(!dump.contains(secret)) }
        await stage.stop()
    }

    @Test("In pages, events, logs and tables, after authorisations and refreshes of all kinds")
    func inAuthorisations() async throws {
        let oauth = try await OAuthStage.make(settings: ["TOPRELAY_LOG_LEVEL": "trace"])
        let stage = oauth.stage
        var answers: [HTTPAnswer] = []
        for mode in ["ok", "error", "redirect", "html", "garbage", "cut"] {
            try await oauth.behave(#"{"mode":"\#(mode)","echo":"code"}"#)
            let code = try await oauth.code(user: "u1")
            let begun = try await oauth.authorize("a")
            let url = try URLComponents(string: begun.json["url"]?.string ?? "").unwrapped("a URL")
            let state = url.queryItems?.first { $0.name == "state" }?.value ?? ""
            answers += [begun, try await oauth.callback("code=\(code)&state=\(state)")]
            answers.append(try await oauth.callback("code=\(code)&state=\(state)"))
        }
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        try await oauth.behave(#"{"mode":"error","error":"server_error","echo":"refresh_token"}"#)
        answers.append(try await stage.call(.carProfile(phone: Self.phone)))
        try await stage.cluster.execute(
            "UPDATE vault.sessions SET refresh_failures = 0, refresh_after = NULL", in: stage.database)
        try await oauth.behave(#"{"mode":"ok"}"#)
        for _ in 0..<2 {
            let example = Example.carProfile(phone: Self.phone)
            try await stage.gateway.order(
                #"{"contains":"\#(example.marker)","kind":"echo","field":"session","after":1}"#)
            _ = try await stage.call(example)
        }
        answers.append(try await stage.relay.get("/metrics"))
        answers.append(
            try await stage.relay.get("/v1/audit/calls?include=request,response", token: stage.tokens.auditor))
        for answer in answers { try expectNothing(in: answer.text, "an answer", stage) }
        let health = try await stage.line.succeed(["session", "health"])
        try expectNothing(in: health, "the list of sessions", stage)
        #expect(try await stage.relay.terminate() == .exited(0))
        try expectNothing(in: stage.relay.log, "the log", stage)
        let dump = try await stage.cluster.dump(stage.database)
        #expect(dump.contains("session.authorise") && dump.contains("session.refresh_failed"))
        try expectNothing(in: dump, "the tables", stage)
        await stage.stop()
    }

    private func callAll(_ stage: Stage) async throws -> [HTTPAnswer] {
        let faults = [
            "", #""kind":"echo""#, #""kind":"echo","field":"car_vin","code":27,"sub_code":"invalid-sessionkey""#,
            #""kind":"echo","field":"session""#, #""kind":"echo","field":"app_key","code":25"#,
            #""kind":"echo","field":"car_license","sub_code":"isp.unknown-error""#, #""kind":"cut""#,
            #""kind":"half""#, #""kind":"html""#, #""kind":"hang""#, #""kind":"http_status","status":500"#,
            #""kind":"custom","body":"not JSON, but \#(Self.phone) and LSVNV2182E2100001""#,
            // What a result says goes to the caller as TOP said it; what it says of its own accord is masked for all
            // others.
            #""kind":"change","set":{"is_success":false,"errmsg":"phone=\#(Self.phone) 车牌京A8Z9Q7"}"#,
        ]
        var answers: [HTTPAnswer] = []
        for fault in faults {
            var example = Example.carProfile(phone: Self.phone)
            example.body = example.body.replacing("浙A8B7Y1", with: Self.personal[1])
                .replacing(#""car_vin":"1""#, with: #""car_vin":"\#(Self.personal[2])""#)
                .replacing(#""engine_no":"10001""#, with: #""engine_no":"\#(Self.personal[3])""#)
            if !fault.isEmpty { try await stage.gateway.order(#"{"contains":"\#(example.marker)",\#(fault)}"#) }
            let answer = try await stage.call(example)
            if answer.outcome != "business_failure" { answers.append(answer) }
        }
        for app in ["wrong-secret", "unknown-key", "nowhere", "by-md5"] {
            answers.append(try await stage.call(.carProfile(phone: Self.phone), app: app))
        }
        for fault in ["", "cut"] {
            let marker = Example.newMarker()
            let body = #"""
                {"param_batch_open_card_open_req":{"physical_card_ids":["\#(Self.personal[4])"],"brand_id":"1",
                 "shop_id":"\#(marker)","operator_id":"op"}}
                """#
            if !fault.isEmpty { try await stage.gateway.order(#"{"contains":"\#(marker)","kind":"\#(fault)"}"#) }
            let answer = try await stage.relay.post(
                "/v1/crm/card-sales", body, token: stage.tokens.caller, headers: [("Idempotency-Key", Self.key + fault)]
            )
            #expect(stage.gateway.calls(with: marker).count == 1)
            // TOP's own result map repeats the cards to the caller who sent them; nobody else is to see them.
            if answer.status != 200 { answers.append(answer) }
        }
        return answers
    }

    /// Calls through a proxy that takes the password, and through one that does not.
    private func callThroughProxies(_ stage: Stage) async throws -> [HTTPAnswer] {
        let password = "planted-proxy-password"
        let file = try Watchdog.shared.makeFolder("proxy") + "/password"
        try password.write(toFile: file, atomically: true, encoding: .utf8)
        var answers: [HTTPAnswer] = []
        for known in [password, "another"] {
            let proxy = try ConnectProxy(credentials: "relay:\(known)")
            var app = StageApp("by-md5", key: "20000002", signMethod: "md5")
            app.options = ["--proxy", "http://relay@127.0.0.1:\(proxy.port)", "--proxy-password-file", file]
            try await stage.line.put(app)
            try await eventually("the proxy is used", within: .seconds(20)) {
                answers.append(try await stage.call(.carProfile(phone: Self.phone), app: "by-md5"))
                return proxy.connections > 0
            }
        }
        #expect(answers.contains { $0.status == 200 } && answers.contains { $0.problem == "top-unreachable" })
        return answers.filter { $0.status != 200 }
    }

    @Test("In nothing that a start prints, with a key command that writes the key everywhere")
    func inStartOutput() async throws {
        let stage = try await Stage.make(start: false)
        let folder = try Watchdog.shared.makeFolder("command")
        let program = folder + "/kms"
        let script = "echo 'planted \(Stage.masterKey)' >&2\necho '\(Stage.masterKey)'\n"
        try script.write(toFile: program, atomically: true, encoding: .utf8)
        var settings = stage.settings
        settings["TOPRELAY_MASTER_KEY"] = nil
        settings["TOPRELAY_MASTER_KEY_COMMAND"] = "/bin/sh \(program)"
        settings["TOPRELAY_LOG_LEVEL"] = "trace"
        let relay = try RelayProcess(settings)
        try await relay.waitUntilReady()
        let example = Example.carProfile()
        #expect(try await relay.post(example.path, example.body, token: stage.tokens.caller).status == 200)
        #expect(try await relay.terminate() == .exited(0))
        try expectNothing(in: relay.log + relay.output, "the log", stage)
        try "echo 'planted'; echo 'planted' >&2; exit 5\n".write(
            toFile: program, atomically: false, encoding: .utf8)
        let failed = try RelayProcess(settings)
        #expect(try await failed.child.wait() == .exited(1))
        #expect(failed.log.contains("TOPRELAY_MASTER_KEY_COMMAND: the program exited with status 5"))
        try expectNothing(in: failed.log + failed.output, "the log", stage)
        await stage.stop()
    }

    /// Calls that are refused with the values in all the wrong places.
    private func refuseAll(_ stage: Stage) async throws -> [HTTPAnswer] {
        let relay = stage.relay
        var answers: [HTTPAnswer] = []
        for body in [
            #"{"phone":\#(Self.phone)}"#, #"{"phone":"\#(Self.phone)""#,
            #"{"list":{"car_vin":["LSVNV2182E2100001"],"acid":"LSVNV2182E2100001"},"phone":"\#(Self.phone)"}"#,
        ] {
            answers.append(try await relay.post("/v1/aliauto/car-profiles", body, token: stage.tokens.caller))
        }
        let example = Example.carProfile(phone: Self.phone)
        let wrong = stage.tokens.caller.dropLast(4) + "zzzz"
        answers.append(try await relay.post(example.path, example.body, token: String(wrong)))
        answers.append(try await relay.post(example.path, example.body, token: stage.tokens.auditor))
        answers.append(
            try await relay.post(
                example.path, example.body, token: stage.tokens.caller,
                headers: [("Idempotency-Key", Self.key + " with a blank")]))
        answers.append(try await relay.get("/v1/audit/calls?caller=\(Self.phone)&x=\(Self.phone)", token: wrong + ""))
        answers.append(
            try await stage.call(example, headers: [("Top-Dry-Run", "true")]).withoutPhone(Self.phone))
        return answers
    }

    /// Changes and reads of administration, with secrets in all the right and the wrong places.
    /// - Returns: the answers without those that show a token once, and the secret parts of tokens and of keys.
    private func administer(_ stage: Stage) async throws -> (answers: [HTTPAnswer], secrets: [String]) {
        let admin = try await Administrator(stage)
        let secret = "planted-admin-secret"
        var answers: [HTTPAnswer] = []
        for body in [
            #"{"app_key":"7","secret":"\#(secret)"}"#, #"{"secret":"\#(secret)2"}"#,
            #"{"secret":{"x":"\#(secret)"}}"#, #"{"gateway":"https://\#(secret)@gw.example/"}"#,
            #"{"secret":"\#(secret)\n"}"#, #"{"secret":"\#(secret)""#, #"{"sign_method":"\#(secret)"}"#,
            #"{"proxy":"http://relay@127.0.0.1:1","proxy_password":"\#(secret)"}"#,
            #"{"proxy":"http://relay:\#(secret)@127.0.0.1:1"}"#, #"{"proxy_password":["\#(secret)"]}"#,
            #"{"proxy":null,"proxy_password":"\#(secret)"}"#, #"{"oauth_token_url":"https://\#(secret)@x.example/"}"#,
        ] {
            answers.append(try await admin.put("/apps/made", body))
        }
        for body in [
            #"{"session":"\#(secret)"}"#, #"{"session":"\#(secret) x"}"#, #"{"expires_at":"\#(secret)"}"#,
            #"{"refresh_token":"\#(secret)"}"#, #"{"refresh_token":"\#(secret) x"}"#,
        ] {
            answers.append(try await admin.put("/apps/made/sessions/s", body))
        }
        answers.append(
            try await admin.putSessions(
                "made",
                [
                    #"{"seller":"a","session":"\#(secret)"}"#, #"{"seller":"b","session":["\#(secret)"]}"#,
                    #"{"seller":"d","session":"\#(secret)","refresh_token":"\#(secret)\n"}"#,
                    #"{"seller":"c","session":"\#(secret)"#,
                ]))
        let made = try await admin.send("POST", "/tokens", #"{"name":"made","scopes":["relay"]}"#)
        let rotated = try await stage.line.succeed(["token", "rotate", "made"]).trimmingCharacters(in: .newlines)
        let tokens = [try #require(made.json["token"]?.string), rotated, admin.token]
        for path in [
            "/apps", "/apps/made", "/apps/made/sessions", "/apps/made/sessions/s", "/sessions", "/tokens",
            "/tokens/made", "/bans", "/catalog", "/events?limit=1000",
        ] {
            let answer = try await admin.get(path)
            #expect(answer.status == 200, "\(path)")
            try expectNothing(in: answer.text, path, stage)
        }
        return (
            answers.filter { $0.status >= 400 },
            tokens.map { $0.split(separator: "_").dropFirst(2).joined(separator: "_") }
        )
    }

    private func expectNothing(in text: String, _ place: String, _ stage: Stage) throws {
        let tokens = [stage.tokens.caller, stage.tokens.other, stage.tokens.auditor, stage.tokens.limited]
        // The secret part may hold "_" too.
        let parts = tokens.flatMap { [$0, $0.split(separator: "_").dropFirst(2).joined(separator: "_")] }
        let planted = ["planted", Stage.masterKey, Self.key] + parts + Self.personal
        for secret in planted {
            let bytes = Data(secret.utf8)
            let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            for form in [secret, hex, bytes.base64EncodedString()] {
                guard let found = text.range(of: form) else { continue }
                let start = text.index(found.lowerBound, offsetBy: -120, limitedBy: text.startIndex) ?? text.startIndex
                Issue.record("\(place) holds \(secret): \(text[start..<found.upperBound])")
            }
        }
    }
}

extension HTTPAnswer {
    /// A dry run shows the caller's own parameters to the caller; the rest of it must be clean.
    fileprivate func withoutPhone(_ phone: String) -> HTTPAnswer {
        HTTPAnswer(status: status, headers: headers, body: Array(text.replacing(phone, with: "").utf8))
    }
}

import Foundation
import JSON
import TestSupport
import Testing

@Suite("A session whose key TOP refuses is refreshed, and the call is repeated once", .bounded)
struct RefreshTests {
    @Test("The repeat is a call of its own, and the reply is its reply", arguments: ["oauth", "top"])
    func repeatedCall(_ exchange: String) async throws {
        let oauth = try await OAuthStage.make(options: ["--auth", exchange])
        let stage = oauth.stage
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let example = Example.carProfile()
        let answer = try await stage.call(example)
        #expect(answer.status == 200 && answer.outcome == "success", "\(answer)")
        let calls = stage.gateway.calls(with: example.marker)
        #expect(calls.count == 2 && calls.allSatisfy(\.isSignRight))
        #expect(calls.first?.parameters["session"] == OAuthStage.app.sessions[0].key)
        #expect(calls.last?.parameters["session"]?.hasPrefix("planted-access-1") == true)
        #expect(calls.first?.business == calls.last?.business)
        let rows = try await stage.trail(with: example.marker)
        #expect(rows.map(\.outcome) == ["session_invalid", "success"] && rows.last?.id == answer.id)
        #expect(answer["Top-Call-Id"] == answer.id && answer["X-Request-Id"] == answer.id)
        let repeats = try await stage.query(
            """
            SELECT (SELECT repeat_of FROM audit.calls WHERE id = '\(answer.id ?? "")')::text AS call,
                   (SELECT repeat_of FROM audit.intents WHERE id = '\(answer.id ?? "")')::text AS intent
            """)
        #expect(repeats.first?["call"]?.string == rows.first?.id && repeats.first?["intent"]?.string == rows.first?.id)
        let shown = try await stage.relay.get(
            "/v1/audit/calls/\(answer.id ?? "")", token: stage.tokens.auditor)
        #expect(shown.json["repeat_of"]?.string == rows.first?.id, "\(shown)")
        let first = try await stage.relay.get(
            "/v1/audit/calls/\(rows.first?.id ?? "")", token: stage.tokens.auditor)
        #expect(first.json["repeat_of"] == nil && first.json["status"]?.lexeme == "424")
        // The next call needs none.
        let next = Example.carProfile()
        #expect(try await stage.call(next).status == 200)
        #expect(try await oauth.refreshes() == 1)
        #expect(try await oauth.events("shop") == ["session.refresh"])
        try await eventually("calls use the new key at once") {
            let later = Example.carProfile()
            _ = try await stage.call(later)
            return stage.gateway.calls(with: later.marker).count == 1
        }
        #expect(try await stage.relay.get("/metrics").text.contains("toprelay_repeated_calls_total "))
        await stage.stop()
    }

    @Test(
        "Each code about the session key causes it, and no other one",
        arguments: [
            (26, "", true), (27, "", true), (44, "", true), (53, "", true), (15, "invalid-sessionkey", true),
            (42, "", false), (15, "isv.item-not-exist", false), (11, "isv.permission-api-package-limit", false),
        ])
    func codesThatRefresh(_ code: Int, _ subCode: String, _ isRepeated: Bool) async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        try await oauth.putRefreshToken()
        try await oauth.waitForVault()
        let example = Example.lease()
        let sub = subCode.isEmpty ? "" : #","sub_code":"\#(subCode)""#
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"error","code":\#(code)\#(sub)}"#)
        let answer = try await stage.call(example)
        #expect((answer.status == 200) == isRepeated, "\(answer)")
        #expect(stage.gateway.calls(with: example.marker).count == (isRepeated ? 2 : 1))
        #expect(try await oauth.refreshes() == (isRepeated ? 1 : 0))
        await stage.stop()
    }

    @Test("With an idempotency key the repeat is the next run of the key, and its reply is replayed")
    func repeatedCallWithKey() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let (example, key) = (Example.lease(), (name: "Idempotency-Key", value: Example.newMarker()))
        let answer = try await stage.call(example, headers: [key])
        #expect(answer.status == 200, "\(answer)")
        let again = try await stage.call(example, headers: [key])
        #expect(again.body == answer.body && again["Idempotency-Replayed"] == "true")
        #expect(stage.gateway.calls(with: example.marker).count == 2)
        let runs = try await stage.query("SELECT DISTINCT run FROM audit.keys WHERE space = 1 ORDER BY run")
        #expect(runs.map { $0["run"]?.lexeme } == ["0", "1"])
        await stage.stop()
    }

    @Test("A call with a file is repeated with the very same file")
    func repeatedFile() async throws {
        let folder = try Watchdog.shared.makeFolder("catalog")
        try MultipartTests.entry.write(
            toFile: folder + "/\(MultipartTests.method).yaml", atomically: true, encoding: .utf8)
        let oauth = try await OAuthStage.make(settings: ["TOPRELAY_CATALOG": folder])
        let stage = oauth.stage
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let marker = Example.newMarker()
        let picture = Data("picture of \(marker)".utf8).base64EncodedString()
        let answer = try await stage.relay.post(
            "/v1/top/" + MultipartTests.method,
            #"{"picture_category_id":1,"image_input_title":"a.png","title":"\#(marker)","img":"\#(picture)"}"#,
            token: stage.tokens.caller)
        #expect(answer.status == 200, "\(answer)")
        let calls = stage.gateway.calls(with: marker)
        #expect(calls.count == 2 && calls.first?.files == calls.last?.files && calls.first?.files.count == 1)
        await stage.stop()
    }

    @Test("A call without a refresh token is refused once, and TOP is not asked")
    func callWithoutRefreshToken() async throws {
        let oauth = try await OAuthStage.make()
        let example = Example.carProfile()
        let answer = try await oauth.stage.call(example, seller: "stale")
        #expect(answer.problem == "session-invalid" && answer.outcome == "session_invalid")
        #expect(oauth.stage.gateway.calls(with: example.marker).count == 1)
        #expect(try await oauth.refreshes() == 0)
        await oauth.stage.stop()
    }

    @Test("A refresh token that TOP refuses ends in needs_authorisation, and TOP is not asked again")
    func refusedRefreshToken() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        try await oauth.behave(#"{"mode":"error","echo":"refresh_token"}"#)
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let example = Example.carProfile()
        let answer = try await stage.call(example)
        #expect(answer.problem == "session-invalid" && answer.outcome == "session_invalid", "\(answer)")
        #expect(try await stage.trail(with: example.marker).map(\.id) == [answer.id ?? ""])
        #expect(try await oauth.session("shop", "needs_authorisation") == "true")
        for _ in 0..<3 { #expect(try await stage.call(.carProfile()).problem == "session-invalid") }
        #expect(try await oauth.refreshes() == 1)
        #expect(try await oauth.events("shop") == ["session.refresh_failed"])
        #expect(try await oauth.session("shop", "refresh_error")?.contains("planted") == false)
        let health = try await stage.line.succeed(["session", "health", "main", "--expiring-within", "7d"])
        #expect(health.contains("needs_authorisation") && health.contains("invalid_grant"))
        // A new authorisation brings it back.
        try await oauth.behave(#"{"mode":"ok"}"#)
        let code = try await oauth.code(user: "u-shop")
        #expect(try await oauth.callback("code=\(code)&state=\(try await oauth.state("shop"))").status == 200)
        try await eventually("calls work again") { try await stage.call(.carProfile()).status == 200 }
        #expect(!stage.relay.log.contains("planted"))
        await stage.stop()
    }

    @Test("A token address that hangs does not hold a call longer than its time, and further calls wait for nothing")
    func hangingTokenAddress() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        try await oauth.behave(#"{"mode":"hang"}"#)
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let example = Example.carProfile()
        let answer = try await stage.call(example, headers: [("Top-Timeout", "3")])
        #expect(answer.problem == "session-invalid", "\(answer)")
        #expect(stage.gateway.calls(with: example.marker).count == 1)
        try await eventually("the refresh has failed") { try await oauth.session("shop", "refresh_failures") == "1" }
        #expect(try await oauth.session("shop", "needs_authorisation") == "false")
        #expect(try await stage.call(.carProfile()).problem == "session-invalid")
        #expect(try await oauth.refreshes() == 1)
        #expect(try await stage.relay.terminate() == .exited(0))
        await stage.stop()
    }

    @Test("Fifty calls on three replicas at the moment of expiry make one refresh")
    func fiftyCallsOnThreeReplicas() async throws {
        let oauth = try await OAuthStage.make(replicas: 3)
        let stage = oauth.stage
        try await oauth.behave(#"{"delay":1}"#)
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for index in 0..<50 {
                group.addTask {
                    let example = Example.carProfile()
                    return try await stage.allReplicas[index % 3].post(
                        example.path, example.body, token: stage.tokens.caller)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.map(\.status) == [Int](repeating: 200, count: 50))
        #expect(try await oauth.refreshes() == 1)
        #expect(try await oauth.events("shop") == ["session.refresh"])
        await stage.stop()
    }

    @Test("When the refreshing replica is killed, another one refreshes, and nothing is lost")
    func killedReplica() async throws {
        let oauth = try await OAuthStage.make(replicas: 2)
        let stage = oauth.stage
        try await oauth.behave(#"{"delay":4}"#)
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let (victim, other) = (stage.allReplicas[0], stage.allReplicas[1])
        let example = Example.carProfile()
        let lost = Task { try? await victim.post(example.path, example.body, token: stage.tokens.caller) }
        try await eventually("the first replica refreshes") { try await oauth.refreshes() == 1 }
        let waiting = Example.carProfile()
        let second = Task { try await other.post(waiting.path, waiting.body, token: stage.tokens.caller) }
        try await eventually("the second call was refused") {
            try await !stage.trail(with: waiting.marker).filter { $0.outcome == "session_invalid" }.isEmpty
        }
        victim.child.kill()
        _ = await lost.value
        let answer = try await second.value
        #expect(answer.status == 200, "\(answer)")
        #expect(try await oauth.refreshes() == 2)
        #expect(try await oauth.events("shop") == ["session.refresh"])
        await stage.stop()
    }

    @Test("A session is refreshed ahead of its end, by one replica, without a call")
    func aheadOfEnd() async throws {
        let oauth = try await OAuthStage.make(replicas: 2)
        let stage = oauth.stage
        let soon = ISO8601DateFormatter().string(from: Date().addingTimeInterval(5))
        try await oauth.putRefreshToken(["--expires-at", soon])
        try await eventually("the session has a later end") {
            try await oauth.session("shop", "expires_at > now() + interval '1 hour'") == "true"
        }
        #expect(try await oauth.refreshes() == 1)
        #expect(try await oauth.events("shop") == ["session.refresh"])
        let example = Example.carProfile()
        #expect(try await stage.call(example).status == 200)
        await stage.stop()
    }

    @Test("A key that lasts for seconds is refreshed each time that it ends")
    func keyOfSeconds() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        try await oauth.behave(#"{"life":2}"#)
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        for round in 1...3 {
            #expect(try await stage.call(.carProfile()).status == 200)
            let key = try await oauth.session("shop", "encode(session_sealed, 'hex')")
            try await eventually("the key has ended, or has been refreshed ahead") {
                if try await oauth.session("shop", "expires_at < now()") == "true" { return true }
                return try await oauth.session("shop", "encode(session_sealed, 'hex')") != key
            }
            #expect(try await oauth.refreshes() >= round)
        }
        await stage.stop()
    }

    @Test("A session that is over, and whose refresh token is not, is refreshed by a call")
    func expiredSession() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        try await oauth.behave(#"{"mode":"http500"}"#)
        try await oauth.putRefreshToken(["--expires-at", "2020-01-01T00:00:00Z"])
        try await oauth.expireAtTOP()
        try await eventually("the refresh ahead has failed") {
            try await oauth.session("shop", "refresh_failures") == "1"
        }
        try await oauth.behave(#"{"mode":"ok"}"#)
        // The wait after the failure is over.
        try await stage.cluster.execute(
            "UPDATE vault.sessions SET refresh_failures = 0, refresh_after = now() + interval '1 hour' WHERE seller = 'shop'",
            in: stage.database)
        #expect(try await stage.call(.carProfile()).status == 200)
        await stage.stop()
    }

    @Test("An app that is removed during a refresh leaves nothing half stored")
    func removedApp() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        try await oauth.behave(#"{"delay":2}"#)
        try await oauth.putRefreshToken()
        try await oauth.expireAtTOP()
        let example = Example.carProfile()
        async let answer = stage.call(example)
        try await eventually("TOP was asked") { try await oauth.refreshes() == 1 }
        try await stage.line.succeed(["app", "rm", "main"])
        #expect(try await answer.problem == "session-invalid")
        #expect(try await stage.query("SELECT 1 FROM vault.sessions WHERE app = 'main'").isEmpty)
        #expect(try await oauth.events("shop").isEmpty)
        #expect(await stage.relay.readiness() == 200)
        await stage.stop()
    }
}

import Foundation
import JSON
import TestSupport
import Testing

@Suite("A seller authorises an app on TOP's page", .bounded)
struct AuthorisationTests {
    @Test(
        "The code becomes a session that calls use, with everything that TOP says of it",
        arguments: [("oauth", "seconds"), ("oauth", "milliseconds"), ("top", "seconds"), ("top", "milliseconds")])
    func codeBecomesSession(_ exchange: String, _ family: String) async throws {
        let oauth = try await OAuthStage.make(options: ["--auth", exchange])
        let stage = oauth.stage
        try await oauth.behave(#"{"family":"\#(family)"}"#)
        let begun = try await oauth.authorize("新店")
        #expect(begun.status == 201 && begun["Cache-Control"] == "no-store", "\(begun)")
        #expect(begun.json["expires_at"]?.string?.hasSuffix("Z") == true)
        let url = try URLComponents(string: begun.json["url"]?.string ?? "").unwrapped("a URL")
        let items = Dictionary(uniqueKeysWithValues: url.queryItems?.map { ($0.name, $0.value ?? "") } ?? [])
        #expect(url.path == "/oauth/authorize")
        #expect(items["client_id"] == OAuthStage.app.key && items["response_type"] == "code")
        #expect(items["redirect_uri"] == "http://127.0.0.1:\(stage.relay.port)/v1/oauth/callback")
        let state = items["state"] ?? ""
        let code = try await oauth.code(user: "u1", nick: "商家 & 店铺")
        let page = try await oauth.callback("code=\(code)&state=\(state)")
        #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8", "\(page)")
        #expect(page.text.contains("授权成功") && page.text.contains("Authorized"))
        #expect(page.text.contains("商家 &amp; 店铺"))
        #expect(!page.text.contains("planted") && page["Referrer-Policy"] == "no-referrer")
        try await eventually("calls use the session") {
            try await stage.call(.carProfile(), seller: "新店").status == 200
        }
        #expect(try await oauth.session("新店", "taobao_user_id") == "u1")
        #expect(try await oauth.session("新店", "taobao_user_nick") == "商家 & 店铺")
        #expect(try await oauth.session("新店", "refresh_sealed IS NOT NULL") == "true")
        #expect(
            try await oauth.session("新店", "expires_at BETWEEN now() + interval '23 hours' AND now() + interval '1 day'")
                == "true")
        #expect(try await oauth.session("新店", "refresh_expires_at > now() + interval '29 days'") == "true")
        #expect(try await oauth.session("新店", "level_ends ? 'r1'") == "true")
        #expect(try await oauth.session("新店", "refresh_after < expires_at - interval '2 hours'") == "true")
        let events = try await stage.query(
            "SELECT actor, detail->>'taobao_user_id' AS id FROM vault.events WHERE action = 'session.authorise'")
        #expect(events.map { $0["actor"]?.string } == ["administrator"] && events.first?["id"]?.string == "u1")
        await stage.stop()
    }

    @Test("A state that is forged, missing, repeated, used or expired gives a 400 page, and nothing is stored")
    func invalidStates() async throws {
        let oauth = try await OAuthStage.make()
        let good = try await oauth.state("a")
        let code = try await oauth.code(user: "u1")
        let last = good.last == "A" ? "B" : "A"
        let queries = [
            "code=\(code)", "code=\(code)&state=", "code=\(code)&state=\(good.dropLast())\(last)",
            "code=\(code)&state=A\(good.dropFirst())", "code=\(code)&state=\(good)AAAA", "code=\(code)&state=%00",
            "code=\(code)&state=\(good)&state=\(good)", "code=\(code)&code=\(code)&state=\(good)", "state=%zz", "",
            "code=\(code)&state=\(String(repeating: "A", count: 4000))",
        ]
        for query in queries {
            let page = try await oauth.callback(query)
            #expect(page.status == 400 && page["Content-Type"] == "text/html; charset=utf-8", "\(query) \(page)")
            #expect(page.text.contains("链接无效") && page["Cache-Control"] == "no-store")
        }
        #expect(try await oauth.exchanges() == 0)
        #expect(try await oauth.session("a", "seller") == nil)
        // A preview of the link uses nothing.
        let head = try await oauth.stage.relay.send(
            HTTPRequest(method: "HEAD", path: "/v1/oauth/callback?code=\(code)&state=\(good)"))
        #expect(head.status == 400)
        #expect(try await oauth.callback("code=\(code)&state=\(good)").status == 200)
        let again = try await oauth.code(user: "u1")
        #expect(try await oauth.callback("code=\(again)&state=\(good)").status == 400)
        let old = try await oauth.state("b")
        try await oauth.stage.cluster.execute(
            "UPDATE vault.oauth_states SET expires_at = now() - interval '1 second'", in: oauth.stage.database)
        #expect(try await oauth.callback("code=\(again)&state=\(old)").status == 400)
        #expect(try await oauth.exchanges() == 1)
        #expect(try await oauth.session("b", "seller") == nil)
        await oauth.stage.stop()
    }

    @Test("A state is used once over all replicas")
    func stateOverReplicas() async throws {
        let oauth = try await OAuthStage.make(replicas: 2)
        let state = try await oauth.state("a")
        let codes = [try await oauth.code(user: "u1"), try await oauth.code(user: "u1")]
        let pages = try await withThrowingTaskGroup(of: Int.self) { group in
            for (relay, code) in zip(oauth.stage.allReplicas, codes) {
                group.addTask { try await oauth.callback("code=\(code)&state=\(state)", at: relay).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(pages.sorted() == [200, 400])
        #expect(try await oauth.exchanges() == 1)
        await oauth.stage.stop()
    }

    @Test("Another user's answer is refused, and the old session stays")
    func otherUser() async throws {
        let oauth = try await OAuthStage.make()
        let first = try await oauth.code(user: "u1")
        #expect(try await oauth.callback("code=\(first)&state=\(try await oauth.state("a"))").status == 200)
        let before = try await oauth.session("a", "encode(session_sealed, 'hex')")
        let second = try await oauth.code(user: "u2")
        let page = try await oauth.callback("code=\(second)&state=\(try await oauth.state("a"))")
        #expect(page.status == 409 && page.text.contains("淘宝账号不一致"), "\(page)")
        #expect(try await oauth.session("a", "encode(session_sealed, 'hex')") == before)
        #expect(try await oauth.session("a", "taobao_user_id") == "u1")
        let third = try await oauth.code(user: "u1")
        #expect(try await oauth.callback("code=\(third)&state=\(try await oauth.state("a"))").status == 200)
        #expect(try await oauth.session("a", "encode(session_sealed, 'hex')") != before)
        #expect(try await oauth.events("a") == ["session.authorise", "session.authorise"])
        await oauth.stage.stop()
    }

    @Test(
        "A refusal of TOP, or an answer that is none, gives a 502 page, and nothing is stored",
        arguments: ["oauth", "top"])
    func refusalsOfTOP(_ exchange: String) async throws {
        let oauth = try await OAuthStage.make(options: ["--auth", exchange])
        for mode in ["error", "redirect", "html", "http500", "garbage", "large", "cut", "hang"] {
            try await oauth.behave(#"{"mode":"\#(mode)"}"#)
            let code = try await oauth.code(user: "u1")
            let page = try await oauth.callback("code=\(code)&state=\(try await oauth.state("a"))")
            #expect(page.status == 502 && page["Content-Type"] == "text/html; charset=utf-8", "\(mode) \(page)")
            #expect(!page.text.contains("planted"))
        }
        try await oauth.behave(#"{"mode":"ok"}"#)
        let unknown = try await oauth.callback("code=planted-unknown&state=\(try await oauth.state("a"))")
        #expect(unknown.status == 502 && unknown.text.contains("淘宝拒绝了授权"))
        let denied = try await oauth.callback(
            "error=access_denied&error_description=planted&state=\(try await oauth.state("a"))")
        #expect(denied.status == 502 && !denied.text.contains("planted"))
        let empty = try await oauth.callback("state=\(try await oauth.state("a"))")
        #expect(empty.status == 400)
        #expect(try await oauth.session("a", "seller") == nil)
        #expect(try await oauth.events("a").isEmpty)
        #expect(!oauth.stage.relay.log.contains("planted"))
        await oauth.stage.stop()
    }

    @Test("A key that cannot be refreshed is stored, and its page and state tell it")
    func keyWithoutRefresh() async throws {
        let oauth = try await OAuthStage.make()
        try await oauth.behave(#"{"re_expires_in":0}"#)
        let code = try await oauth.code(user: "u1")
        let page = try await oauth.callback("code=\(code)&state=\(try await oauth.state("a"))")
        #expect(page.status == 200 && page.text.contains("此授权无法自动续期"), "\(page)")
        #expect(try await oauth.session("a", "refresh_sealed IS NULL") == "true")
        #expect(try await oauth.stage.line.succeed(["session", "health", "main"]).contains("impossible"))
        await oauth.stage.stop()
    }

    @Test("An app that is removed meanwhile gets no session")
    func removedApp() async throws {
        let oauth = try await OAuthStage.make()
        let state = try await oauth.state("a")
        try await oauth.behave(#"{"delay":2}"#)
        let code = try await oauth.code(user: "u1")
        async let page = oauth.callback("code=\(code)&state=\(state)")
        try await eventually("TOP was asked") { try await oauth.exchanges() == 1 }
        try await oauth.stage.line.succeed(["app", "rm", "main"])
        #expect(try await page.status == 400)
        #expect(try await oauth.stage.query("SELECT 1 FROM vault.sessions WHERE app = 'main'").isEmpty)
        #expect(await oauth.stage.relay.readiness() == 200)
        await oauth.stage.stop()
    }

    @Test("An authorization needs the scope admin, a known app, a seller and the public address")
    func refusedAuthorizations() async throws {
        let oauth = try await OAuthStage.make()
        let (stage, path) = (oauth.stage, "/v1/admin/apps/main/authorizations")
        #expect(try await stage.relay.post(path, #"{"seller":"a"}"#, token: nil).status == 401)
        #expect(try await stage.relay.post(path, #"{"seller":"a"}"#, token: stage.tokens.caller).status == 403)
        #expect(try await oauth.authorize("a", app: "nobody").problem == "not-found")
        for body in [#"{}"#, #"{"seller":1}"#, #"{"seller":""}"#, #"{"seller":"a","x":1}"#, "[]"] {
            let answer = try await stage.relay.post(path, body, token: oauth.admin)
            #expect(answer.problem == "invalid-parameters", "\(body) \(answer)")
        }
        #expect(try await stage.relay.post(path, "{", token: oauth.admin).problem == "malformed-request")
        #expect(try await stage.relay.get(path, token: oauth.admin).problem == "method-not-allowed")
        let second = try await stage.startRelay()
        let answer = try await second.post(path, #"{"seller":"a"}"#, token: oauth.admin)
        #expect(answer.status == 409 && answer.problem == "conflict")
        #expect(answer.text.contains("TOPRELAY_PUBLIC_URL"))
        #expect(try await stage.query("SELECT 1 FROM vault.oauth_states").isEmpty)
        await stage.stop()
    }
}

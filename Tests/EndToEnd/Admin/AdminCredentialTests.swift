import Foundation
import JSON
import TestSupport
import Testing

@Suite("Proxies, OAuth and refresh tokens are administered over HTTP", .bounded)
struct AdminCredentialTests {
    private static let password = "planted-proxy-password"

    private func pointers(_ answer: HTTPAnswer) -> [String?]? {
        answer.json["errors"]?.elements.map { $0["pointer"]?.string }
    }

    @Test("An app's proxy and OAuth are stored, shown without the password, kept, and removed by null")
    func proxyAndOAuthOfApp() async throws {
        let admin = try await Administrator(try await Stage.shared)
        let path = "/apps/app-" + Example.newMarker()
        let made = try await admin.put(
            path,
            #"""
            {"app_key":"1","secret":"planted-s","auth":"top","oauth_authorize_url":"https://a.example/authorize",
             "oauth_token_url":"https://a.example/token","proxy":"http://relay@proxy.example:3128",
             "proxy_password":"\#(Self.password)"}
            """#)
        #expect(made.status == 201 && !made.text.contains("planted"), "\(made)")
        #expect(made.json["auth"]?.string == "top" && made.json["oauth_token_url"]?.string == "https://a.example/token")
        #expect(made.json["oauth_authorize_url"]?.string == "https://a.example/authorize")
        #expect(made.json["proxy"]?.string == "http://relay@proxy.example:3128")
        #expect(made.json["proxy_password"] == nil)
        let fingerprint = try #require(made.json["proxy_password_fingerprint"]?.string)
        #expect(fingerprint.count == 8)
        let kept = try await admin.put(path, #"{"sign_method":"md5","proxy":"http://relay@proxy.example:3128"}"#)
        #expect(kept.json["proxy_password_fingerprint"]?.string == fingerprint && kept.json["auth"]?.string == "top")
        let renewed = try await admin.put(path, #"{"proxy_password":"planted-other"}"#)
        #expect(renewed.json["proxy_password_fingerprint"]?.string.map { $0 == fingerprint } == false)
        let moved = try await admin.put(path, #"{"proxy":"http://relay@other.example:3128"}"#)
        #expect(moved.json["proxy_password_fingerprint"] == nil && moved.json["proxy"] != nil)
        let removed = try await admin.put(
            path, #"{"proxy":null,"auth":"oauth","oauth_authorize_url":null,"oauth_token_url":null}"#)
        #expect(removed.status == 200 && removed.json["proxy"] == nil && removed.json["oauth_token_url"] == nil)
        #expect(removed.json["oauth_authorize_url"] == nil && removed.json["auth"]?.string == "oauth")
        #expect(try await admin.get(path).text == removed.text)
    }

    @Test(
        "A faulty proxy or OAuth address is refused with its place, and nothing changes",
        arguments: [
            (#"{"proxy":"https://127.0.0.1:1"}"#, "/proxy"), (#"{"proxy":"http://u:planted@127.0.0.1:1"}"#, "/proxy"),
            (#"{"proxy":1}"#, "/proxy"), (#"{"proxy_password":"planted-p"}"#, "/proxy_password"),
            (#"{"proxy":"http://127.0.0.1:1","proxy_password":"planted-p"}"#, "/proxy_password"),
            (#"{"proxy":null,"proxy_password":"planted-p"}"#, "/proxy_password"),
            (#"{"auth":"saml"}"#, "/auth"), (#"{"oauth_token_url":"http://a.example/token"}"#, "/oauth_token_url"),
            (#"{"oauth_authorize_url":"ftp://a.example"}"#, "/oauth_authorize_url"),
            (#"{"proxy_password_fingerprint":"00000000"}"#, "/proxy_password_fingerprint"),
        ])
    func faultsOfApp(_ body: String, _ pointer: String) async throws {
        let admin = try await Administrator(try await Stage.shared)
        let path = "/apps/app-" + Example.newMarker()
        let made = try await admin.put(path, #"{"app_key":"1","secret":"planted-s"}"#)
        let answer = try await admin.put(path, body)
        #expect(answer.status == 422 && pointers(answer) == [pointer] && !answer.text.contains("planted"), "\(answer)")
        #expect(try await admin.get(path).text == made.text)
    }

    @Test("A refresh token goes in and never out, is kept by later changes, and refreshes the session")
    func refreshTokenOfSession() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        let admin = try await Administrator(stage)
        try await oauth.putRefreshToken()
        let path = "/apps/main/sessions/shop"
        let end = "2031-01-01T00:00:00.000Z"
        let put = try await admin.put(
            path,
            #"{"refresh_token":"\#(OAuthStage.refreshToken)","expires_at":"\#(end)","refresh_expires_at":"\#(end)"}"#)
        #expect(put.status == 200 && !put.text.contains("planted"), "\(put)")
        #expect(put.json["refreshable"]?.bool == true && put.json["refresh_expires_at"]?.string == end)
        #expect(put.json["refresh_after"]?.string == "2030-12-31T00:00:00.000Z")
        let fingerprint = try #require(put.json["refresh_token_fingerprint"]?.string)
        let changed = try await admin.put(path, #"{"expires_at":null,"refresh_expires_at":null}"#)
        #expect(changed.json["refresh_token_fingerprint"]?.string == fingerprint)
        #expect(changed.json["refresh_after"] == nil && changed.json["refresh_expires_at"] == nil)
        try await oauth.expireAtTOP()
        #expect(try await stage.call(.carProfile()).status == 200)
        let refreshed = try await admin.get(path)
        #expect(refreshed.json["author"]?.string == "toprelay" && refreshed.json["taobao_user_id"]?.string == "u-shop")
        #expect(refreshed.json["refresh_token_fingerprint"]?.string.map { $0 == fingerprint } == false)
        let events = try await admin.get("/events?limit=1").json["data"]?.elements.first { _ in true }
        #expect(events?["action"]?.string == "session.refresh" && events?["object"]?.string == "main/shop")
        for (body, pointer) in [
            (#"{"refresh_token":"a b"}"#, "/refresh_token"), (#"{"refresh_token":null}"#, "/refresh_token"),
            (#"{"refresh_expires_at":"soon"}"#, "/refresh_expires_at"), (#"{"refreshable":true}"#, "/refreshable"),
        ] {
            let refused = try await admin.put(path, body)
            #expect(pointers(refused) == [pointer], "\(body)")
        }
        await stage.stop()
    }

    @Test("Sessions that need an authorisation are among those that end soon, with the reason and the last refusal")
    func sessionsToLookAt() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        let admin = try await Administrator(stage)
        try await oauth.putRefreshToken()
        try await oauth.behave(#"{"mode":"error","error":"invalid_grant"}"#)
        try await oauth.expireAtTOP()
        #expect(try await stage.call(.carProfile()).problem == "session-invalid")
        try await eventually("the refusal is stored", within: .seconds(90)) {
            let list = try await admin.get("/sessions?expiring_within=7d").json["data"].map { Array($0.elements) } ?? []
            let shop = list.first { $0["seller"]?.string == "shop" }
            return shop?["state"]?.string == "needs_authorisation" && shop?["refreshable"]?.bool == false
                && shop?["refresh_error"]?.string?.contains("invalid_grant") == true
                && shop?["refresh_failures"]?.lexeme == "1" && shop?["last_refusal"]?.string == "27"
                && shop?["last_refusal_at"] != nil
        }
        // Whoever put the session last is its author: a failed refresh changes nothing of it.
        let author = try await admin.get("/apps/main/sessions/shop").json["author"]?.string
        #expect(author != nil && author != "toprelay")
        let put = try await admin.put("/apps/main/sessions/shop", #"{"session":"planted-new-key"}"#)
        #expect(put.json["state"]?.string == "valid" && put.json["refresh_failures"]?.lexeme == "0", "\(put)")
        #expect(put.json["refresh_error"] == nil && put.json["refreshable"]?.bool == true)
        let week = try await admin.get("/sessions?expiring_within=7d").json["data"].map { Array($0.elements) } ?? []
        #expect(!week.contains { $0["seller"]?.string == "shop" })
        await stage.stop()
    }

    @Test("Codes and refresh tokens go to TOP through the proxy of the app")
    func tokensGoThroughProxy() async throws {
        let proxy = try ConnectProxy(credentials: "relay:\(Self.password)")
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        let admin = try await Administrator(stage)
        try await oauth.putRefreshToken()
        // Only the address for tokens has this name, so its tunnels are known by it.
        let put = try await admin.put(
            "/apps/main",
            #"""
            {"oauth_token_url":"http://localhost:\#(stage.gateway.port)/oauth/token",
             "proxy":"http://relay@127.0.0.1:\#(proxy.port)","proxy_password":"\#(Self.password)"}
            """#)
        #expect(put.status == 200, "\(put)")
        try await oauth.expireAtTOP()
        #expect(try await stage.call(.carProfile()).status == 200)
        #expect(try await oauth.refreshes() == 1)
        let tunnels = { proxy.heads.count { $0.hasPrefix("CONNECT localhost:") } }
        #expect(tunnels() > 0, "\(proxy.heads)")
        let answer = try await oauth.callback(
            "code=\(oauth.code(user: "u1"))&state=\(oauth.state("new"))")
        #expect(answer.status == 200, "\(answer)")
        #expect(proxy.heads.allSatisfy { !$0.contains("grant_type") })
        // Without the proxy's password nothing reaches TOP.
        #expect(try await admin.put("/apps/main", #"{"proxy_password":"planted-wrong"}"#).status == 200)
        try await oauth.waitForVault()
        let refused = try await oauth.callback(
            "code=\(oauth.code(user: "u2"))&state=\(oauth.state("other"))")
        #expect(refused.status == 502, "\(refused)")
        #expect(try await oauth.exchanges() == 1)
        await stage.stop()
    }
}

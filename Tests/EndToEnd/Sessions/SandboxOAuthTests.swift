import Foundation
import JSON
import TestSupport
import Testing

@Suite("The sandbox plays TOP's OAuth", .bounded)
struct SandboxOAuthTests {
    /// A replica whose app has its gateway and its OAuth at a sandbox.
    private func start(_ exchange: String) async throws -> (stage: Stage, sandbox: SandboxProcess, admin: String) {
        let stage = try await Stage.make(start: false)
        let sandbox = try await SandboxProcess()
        var url = try URLComponents(string: sandbox.url).unwrapped("a URL")
        url.path = ""
        let base = url.string ?? ""
        try await stage.line.succeed(
            [
                "app", "put", "main", "--app-key", StageApp.all[0].key, "--secret-stdin", "--gateway", sandbox.url,
                "--auth", exchange, "--oauth-authorize-url", base + "/oauth/authorize", "--oauth-token-url",
                base + "/oauth/token",
            ], input: StageApp.all[0].secret)
        let admin = try await stage.line.token("administrator", ["--scope", "admin"])
        let port = Ports.free()
        try await stage.startRelay(["TOPRELAY_PUBLIC_URL": "http://127.0.0.1:\(port)/"], port: port)
        return (stage, sandbox, admin)
    }

    /// Where a page of the sandbox sends the browser.
    private func location(_ url: String) async throws -> String {
        let parts = try URLComponents(string: url).unwrapped("a URL")
        let port = try parts.port.unwrapped("a port")
        let path = parts.percentEncodedPath + "?" + (parts.percentEncodedQuery ?? "")
        let answer = try await onThread { try RawClient(port: port).exchange(HTTPRequest(path: path)) }
        return answer["Location"] ?? "HTTP \(answer.status)"
    }

    @Test(
        "A browser goes from the address to the page and back, and calls use and refresh the session",
        arguments: ["oauth", "top"])
    func wholeFlow(_ exchange: String) async throws {
        let (stage, sandbox, admin) = try await start(exchange)
        let begun = try await stage.relay.post(
            "/v1/admin/apps/main/authorizations", #"{"seller":"new"}"#, token: admin)
        let back = try await location(begun.json["url"]?.string ?? "")
        let callback = "http://127.0.0.1:\(stage.relay.port)/v1/oauth/callback"
        #expect(back.hasPrefix(callback + "?code="), "\(begun) \(back)")
        let page = try await stage.relay.get(String(back.dropFirst("http://127.0.0.1:\(stage.relay.port)".count)))
        #expect(page.status == 200 && page.text.contains("沙箱店铺"), "\(page)")
        try await eventually("calls use the session") {
            try await stage.call(.carProfile(), seller: "new").status == 200
        }
        // A fault of one call makes the relay refresh the session.
        let port = try (URLComponents(string: sandbox.url)?.port).unwrapped("a port")
        _ = try await onThread {
            try RawClient(port: port).exchange(
                HTTPRequest(method: "POST", path: "/_sandbox/faults", body: Array(#"{"kind":"session"}"#.utf8)))
        }
        let example = Example.carProfile()
        #expect(try await stage.call(example, seller: "new").status == 200)
        #expect(try await stage.trail(with: example.marker).map(\.outcome) == ["session_invalid", "success"])
        await stage.stop()
    }

    @Test("A seller who refuses, and a code or a token that is wrong, are told as TOP tells it")
    func refusalsOfSandbox() async throws {
        let (stage, sandbox, admin) = try await start("oauth")
        let begun = try await stage.relay.post(
            "/v1/admin/apps/main/authorizations", #"{"seller":"new"}"#, token: admin)
        let denied = try await location((begun.json["url"]?.string ?? "") + "&deny=1")
        #expect(denied.contains("?error=access_denied&"))
        let page = try await stage.relay.get(String(denied.dropFirst("http://127.0.0.1:\(stage.relay.port)".count)))
        #expect(page.status == 502, "\(page)")
        let port = try (URLComponents(string: sandbox.url)?.port).unwrapped("a port")
        for (form, error) in [
            ("client_id=x", "invalid_client"),
            ("grant_type=refresh_token&refresh_token=x", "invalid_grant"),
            ("grant_type=authorization_code&code=x", "invalid_grant"),
            ("grant_type=password", "unsupported_grant_type"),
        ] {
            let known = "client_id=\(StageApp.all[0].key)&client_secret=\(StageApp.all[0].secret)&"
            let body = Array(((form == "client_id=x" ? "" : known) + form).utf8)
            let answer = try await onThread {
                try RawClient(port: port).exchange(HTTPRequest(method: "POST", path: "/oauth/token", body: body))
            }
            #expect(answer.status == 400 && answer.json["error"]?.string == error, "\(answer)")
        }
        #expect(try await location("http://127.0.0.1:\(port)/oauth/authorize?client_id=x") == "HTTP 400")
        await stage.stop()
    }
}

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Calls go through the proxy of their app", .bounded)
struct AppProxyTests {
    private static let password = "planted-proxy-password"

    private func passwordFile(_ text: String = password) throws -> String {
        let path = try Watchdog.shared.makeFolder("proxy") + "/password"
        try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func put(_ options: [String], _ stage: Stage, app: StageApp = StageApp.all[0]) async throws
        -> Command.Output
    {
        try await stage.line.run(
            ["app", "put", app.name, "--app-key", app.key, "--secret-stdin", "--sign-method", app.signMethod] + options,
            input: app.secret)
    }

    private func call(_ stage: Stage, until holds: (HTTPAnswer) -> Bool) async throws -> HTTPAnswer {
        var last: HTTPAnswer?
        try await eventually("the change is in force", within: .seconds(20)) {
            let answer = try await stage.call(.carProfile())
            last = answer
            return holds(answer)
        }
        return try #require(last)
    }

    @Test("With user and password; a put without a proxy keeps it; none removes it")
    func proxyOfApp() async throws {
        let stage = try await Stage.make()
        let proxy = try ConnectProxy(credentials: "relay:\(Self.password)")
        let url = "http://relay@127.0.0.1:\(proxy.port)"
        #expect(try await put(["--proxy", url, "--proxy-password-file", passwordFile()], stage).code == 0)
        _ = try await call(stage) { $0.status == 200 && proxy.connections > 0 }
        #expect(proxy.heads.allSatisfy { $0.hasPrefix("CONNECT 127.0.0.1:") && !$0.contains("app_key") })
        #expect(try await stage.line.succeed(["app", "list"]).contains(url))
        #expect(try await stage.line.succeed(["key", "check"]).contains("(the first: it seals)"))
        let before = proxy.connections
        #expect(try await put([], stage).code == 0)
        _ = try await call(stage) { $0.status == 200 }
        #expect(try await stage.line.succeed(["app", "list"]).contains(url))
        #expect(proxy.connections >= before)
        #expect(try await put(["--proxy", "none"], stage).code == 0)
        try await eventually("the list shows no proxy") {
            try await !stage.line.succeed(["app", "list"]).contains(url)
        }
        try await eventually("calls go directly", within: .seconds(20)) {
            let count = proxy.connections
            let calls = try await (0..<8).asyncMap { _ in try await stage.call(.carProfile()) }
            return calls.allSatisfy { $0.status == 200 } && proxy.connections == count
        }
        await stage.stop()
    }

    @Test("A password is never sent to another proxy than its own")
    func passwordBelongsToProxy() async throws {
        let stage = try await Stage.make()
        let (one, other) = (try ConnectProxy(credentials: "relay:\(Self.password)"), try ConnectProxy())
        let first = ["--proxy", "http://relay@127.0.0.1:\(one.port)", "--proxy-password-file", try passwordFile()]
        #expect(try await put(first, stage).code == 0)
        _ = try await call(stage) { $0.status == 200 && one.connections > 0 }
        #expect(try await put(["--proxy", "http://relay@127.0.0.1:\(other.port)"], stage).code == 0)
        _ = try await call(stage) { $0.status == 200 && other.connections > 0 }
        let credentials = Data("relay:\(Self.password)".utf8).base64EncodedString()
        #expect(one.heads.contains { $0.contains(credentials) })
        #expect(!other.heads.contains { $0.contains(credentials) })
        #expect(try await put(["--proxy-password-file", passwordFile()], stage).code == 0)
        try await eventually("the password goes to the new proxy", within: .seconds(20)) {
            _ = try await stage.call(.carProfile())
            return other.heads.contains { $0.contains(credentials) }
        }
        await stage.stop()
    }

    @Test(
        "A proxy that does not connect: 502, nothing was sent, and the reason is told",
        arguments: [
            ("wrong password", "refused its user or password (HTTP status 407)"),
            ("refusal", "refused the connection (HTTP status 403)"), ("hang", "made no connection in time"),
            ("close", "ended the connection without an answer"), ("nobody", "connecting to the app's proxy failed"),
        ])
    func proxyThatFails(fault: String, words: String) async throws {
        let stage = try await Stage.make()
        let proxy: ConnectProxy? =
            switch fault {
            case "wrong password": try ConnectProxy(credentials: "relay:another")
            case "refusal": try ConnectProxy(.answers("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
            case "hang": try ConnectProxy(.hangs)
            case "close": try ConnectProxy(.answers(""))
            default: nil
            }
        let url = "http://relay@127.0.0.1:\(proxy.map { Int($0.port) } ?? 9)"
        #expect(try await put(["--proxy", url, "--proxy-password-file", passwordFile()], stage).code == 0)
        let answer = try await call(stage) { $0.status != 200 }
        #expect(
            answer.status == 502 && answer.problem == "top-unreachable" && answer.outcome == "not_sent", "\(answer)")
        #expect(answer.text.contains(words), "\(answer)")
        #expect(answer.json["retryable"]?.bool == true)
        let entry = try await stage.query(
            "SELECT outcome, attempts, message, code FROM audit.calls WHERE id = '\(answer.json["id"]?.string ?? "")'")
        #expect(entry.first?["outcome"]?.string == "not_sent" && entry.first?["attempts"]?.lexeme == "0")
        #expect(entry.first?["code"]?.string?.hasPrefix("curl-") == true)
        #expect(!answer.text.contains("planted") && !stage.relay.log.contains("planted"))
        await stage.stop()
    }

    @Test("Faulty options are refused, and change nothing")
    func refusedOptions() async throws {
        let stage = try await Stage.make(start: false)
        let file = try passwordFile()
        for (options, code) in [
            (["--proxy", "http://relay:\(Self.password)@127.0.0.1:1"], 2), (["--proxy", "https://127.0.0.1:1"], 2),
            (["--proxy", "http://127.0.0.1:1/path"], 2), (["--proxy-password-file", file], 2),
            (["--proxy", "http://127.0.0.1:1", "--proxy-password-file", file], 2),
            (["--proxy", "none", "--proxy-password-file", file], 64),
            (["--proxy", "http://relay@127.0.0.1:1", "--proxy-password-file", "/nowhere"], 1),
        ] as [([String], Int32)] {
            let output = try await put(options, stage)
            #expect(output.code == code, "\(options): \(output.errors)")
            #expect(!output.errors.contains("planted"))
        }
        #expect(try await !stage.line.succeed(["app", "list"]).contains("127.0.0.1:1"))
        await stage.stop()
    }

    @Test("A sealed password that was moved does not open: no call of the app goes out, directly or by the proxy")
    func movedPassword() async throws {
        let stage = try await Stage.make()
        let proxy = try ConnectProxy()
        let url = "http://relay@127.0.0.1:\(proxy.port)"
        #expect(try await put(["--proxy", url, "--proxy-password-file", passwordFile()], stage).code == 0)
        _ = try await call(stage) { $0.status == 200 && proxy.connections > 0 }
        try await stage.cluster.execute(
            "UPDATE vault.apps SET proxy_password_sealed = secret_sealed WHERE name = 'main'", in: stage.database)
        let answer = try await call(stage) { $0.status != 200 }
        #expect(answer.problem == "relay-misconfigured" && answer.outcome == nil)
        let check = try await stage.line.run(["key", "check"])
        #expect(check.code == 1 && check.errors.contains("vault.apps.proxy_password_sealed/main"))
        await stage.stop()
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}

import Foundation
import JSON
import TestSupport
import Testing

@Suite("The doctor finds each planted fault", .bounded)
struct DoctorTests {
    private static let app = StageApp.all[0]

    /// A vault with the app alone, and a sandbox that knows it.
    private func prepare() async throws -> (Stage, SandboxProcess) {
        let stage = try await Stage.make(start: false, bare: true)
        try await stage.line.put(Self.app)
        return (stage, try await SandboxProcess(app: Self.app))
    }

    private func examine(
        _ stage: Stage, _ gateway: String, _ options: [String] = ["--seller", "shop"]
    ) async throws -> Command.Output {
        let output = try await stage.line.run(
            ["doctor", Self.app.name] + options, settings: ["TOPRELAY_GATEWAY_URL": gateway])
        #expect(!(output.text + output.errors).contains("planted"), "\(output.text)")
        return output
    }

    private func put(_ options: [String], secret: String = app.secret, key: String = app.key, _ stage: Stage)
        async throws
    {
        try await stage.line.succeed(
            ["app", "put", Self.app.name, "--app-key", key, "--secret-stdin"] + options, input: secret)
    }

    private func order(_ fault: String, at sandbox: SandboxProcess, method: String = "taobao.time.get") async throws {
        let url = try #require(URL(string: sandbox.url))
        let port = try #require(url.port)
        let body = fault.replacing("}", with: #","method":"\#(method)"}"#)
        let answer = try await onThread {
            try RawClient(port: port).exchange(
                HTTPRequest(method: "POST", path: "/_sandbox/faults", body: Array(body.utf8)))
        }
        #expect(answer.status == 200, "\(answer)")
    }

    /// The lines that fail, by what they are about.
    private func failures(_ output: Command.Output) -> [String] {
        output.text.split(separator: "\n").filter { $0.hasPrefix("FAIL") }.map { line in
            String(line.dropFirst(9).prefix { $0 != ":" })
        }
    }

    @Test("A sound app is all OK, for each seller")
    func soundApp() async throws {
        let (stage, sandbox) = try await prepare()
        let all = try await examine(stage, sandbox.url, [])
        #expect(
            all.code == 0 && all.text.split(separator: "\n").count { $0.contains("  session of ") } == 4, "\(all.text)")
        let single = try await examine(stage, sandbox.url)
        #expect(single.code == 0, "\(single.text)")
        let lines = single.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("OK ") }, "\(single.text)")
        for subject in ["app", "gateway", "app key", "clock", "sign", "IP address", "session of shop"] {
            #expect(lines.contains { $0.dropFirst(9).hasPrefix("\(subject): ") }, "\(subject)")
        }
        let both = try await examine(stage, sandbox.url, ["--seller", "shop", "--seller", "店铺 二"])
        #expect(both.code == 0 && both.text.contains("session of 店铺 二: TOP accepts it"))
        await stage.stop()
    }

    @Test(
        "What TOP refuses is told under its own line",
        arguments: [
            (#"{"kind":"ip-whitelist"}"#, "IP address", "IP list"),
            (#"{"kind":"clock","argument":300}"#, "clock", "300 s behind"),
            (#"{"kind":"clock","argument":-300}"#, "clock", "ahead of TOP"),
            (#"{"kind":"clock","argument":900}"#, "clock", "over 10 minutes off"),
            (#"{"kind":"code","argument":25}"#, "sign", "app put"),
            (#"{"kind":"code","argument":29}"#, "app key", "20000001"),
            (#"{"kind":"ban","argument":5}"#, "gateway", "code 7"),
            (#"{"kind":"status","argument":502}"#, "gateway", "502"),
            (#"{"kind":"status","argument":404}"#, "gateway", "not TOP's gateway"),
            (#"{"kind":"html"}"#, "gateway", "not TOP's gateway"), (#"{"kind":"cut"}"#, "gateway", "no answer"),
        ])
    func refusalOfTOP(fault: String, subject: String, words: String) async throws {
        let (stage, sandbox) = try await prepare()
        try await order(fault, at: sandbox)
        let output = try await examine(stage, sandbox.url)
        #expect(output.code == 1 && failures(output) == [subject], "\(output.text)\(output.errors)")
        let line = output.text.split(separator: "\n").first { $0.hasPrefix("FAIL") } ?? ""
        #expect(line.contains(words), "\(output.text)")
        let again = try await examine(stage, sandbox.url)
        #expect(again.code == 0, "\(again.text)")
        await stage.stop()
    }

    @Test("A wrong secret, an unknown key and a secret that does not open are found without any order")
    func wrongSetUp() async throws {
        let (stage, sandbox) = try await prepare()
        try await put(["--sign-method", "md5"], secret: "planted-wrong-secret", stage)
        #expect(failures(try await examine(stage, sandbox.url)) == ["sign"])
        try await put([], key: "20999999", stage)
        let unknown = try await examine(stage, sandbox.url)
        #expect(failures(unknown) == ["app key"], "\(unknown.text)")
        #expect(unknown.text.contains("UNKNOWN  sign: not checked"))
        try await put(["--gateway", "http://127.0.0.1:9/router/rest"], stage)
        let nobody = try await examine(stage, sandbox.url)
        #expect(failures(nobody) == ["gateway"] && nobody.text.contains("firewall"))
        try await put(["--gateway", "https://no-such-host.invalid/router/rest"], stage)
        #expect(try await examine(stage, sandbox.url).text.contains("DNS"))
        try await stage.cluster.execute(
            "UPDATE vault.apps SET secret_sealed = set_byte(secret_sealed, 30, get_byte(secret_sealed, 30) # 1)",
            in: stage.database)
        let damaged = try await examine(stage, sandbox.url)
        #expect(damaged.code == 1 && failures(damaged) == ["app"] && damaged.text.contains("toprelay key check"))
        await stage.stop()
    }

    @Test("Sessions that TOP or the vault calls invalid are told; a missing permission is not called a fault")
    func invalidSessions() async throws {
        let (stage, sandbox) = try await prepare()
        for (seller, options, key) in [
            ("unknown", [], "planted-but-unknown"), ("expired", ["--expires-at", "2020-01-01T00:00:00Z"], "planted-x"),
        ] as [(String, [String], String)] {
            try await stage.line.succeed(
                ["session", "put", Self.app.name, seller, "--session-stdin"] + options, input: key)
        }
        let output = try await examine(
            stage, sandbox.url, ["--seller", "unknown", "--seller", "expired", "--seller", "shop"])
        #expect(output.code == 1 && failures(output) == ["session of unknown", "session of expired"], "\(output.text)")
        #expect(output.text.contains("invalid-sessionkey") && output.text.contains("expired at 2020-01-01"))
        try await order(#"{"kind":"session"}"#, at: sandbox, method: "taobao.user.seller.get")
        #expect(failures(try await examine(stage, sandbox.url)) == ["session of shop"])
        try await order(
            #"{"kind":"error","code":11,"sub_code":"isv.permission-api-package-limit"}"#, at: sandbox,
            method: "taobao.user.seller.get")
        let limited = try await examine(stage, sandbox.url)
        #expect(limited.code == 0 && limited.text.contains("UNKNOWN  session of shop"), "\(limited.text)")
        await stage.stop()
    }

    @Test("A proxy that works and one that does not")
    func proxiesOfApp() async throws {
        let (stage, sandbox) = try await prepare()
        let proxy = try ConnectProxy(credentials: "relay:planted-proxy-password")
        let file = try Watchdog.shared.makeFolder("proxy") + "/password"
        try "planted-proxy-password".write(toFile: file, atomically: true, encoding: .utf8)
        let url = "http://relay@127.0.0.1:\(proxy.port)"
        try await put(["--proxy", url, "--proxy-password-file", file], stage)
        let sound = try await examine(stage, sandbox.url)
        #expect(
            sound.code == 0 && sound.text.contains("proxy: http://127.0.0.1:\(proxy.port) connects"), "\(sound.text)")
        try "planted-wrong-password".write(toFile: file, atomically: true, encoding: .utf8)
        try await put(["--proxy-password-file", file], stage)
        let wrong = try await examine(stage, sandbox.url)
        #expect(wrong.code == 1 && failures(wrong) == ["proxy"] && wrong.text.contains("--proxy-password-file"))
        await stage.stop()
    }

    @Test("An app, seller or setting that is wrong ends the command")
    func wrongInput() async throws {
        let (stage, sandbox) = try await prepare()
        let app = try await stage.line.run(["doctor", "nobody"])
        #expect(app.code == 1 && app.errors.contains("there is no app"))
        let seller = try await examine(stage, sandbox.url, ["--seller", "nobody"])
        #expect(seller.code == 1 && seller.errors.contains("there is no session"))
        #expect(try await examine(stage, "http://gateway.example/").code == 1)
        await stage.stop()
    }
}

import Foundation
import JSON
import TestSupport
import Testing

@Suite("The console, in Chromium", .bounded, .serialized)
struct ConsoleTests {
    /// A folder with Python's selenium.
    private static let tools = Task {
        try await PythonTools.folder("browser-tools", packages: ["selenium==4.51.0"])
    }

    /// A stage with 129 calls of all kinds, made by the script itself. Scenarios add calls, and count none but these.
    private static let filled = Task {
        let stage = try await Stage.make()
        try await run("fill", on: stage)
        return stage
    }

    /// Runs one scenario of browser/console.py to its end; what it asks for meanwhile is done by `act`.
    private static func run(
        _ scenario: String, on stage: Stage, leaving: String = "",
        act: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) async throws {
        let folder = try Watchdog.shared.makeFolder("console")
        let config = folder + "/config.json"
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in [
            ("relay", "http://127.0.0.1:\(stage.relay.port)"), ("gateway", "http://127.0.0.1:\(stage.gateway.port)"),
            ("caller", stage.tokens.caller), ("auditor", stage.tokens.auditor), ("leaving", leaving),
            ("folder", folder),
        ] {
            json.name(name)
            json.string(value)
        }
        json.endObject()
        try Data(json.bytes).write(to: URL(fileURLWithPath: config))
        let acting = Task {
            while !Task.isCancelled {
                for name in try FileManager.default.contentsOfDirectory(atPath: folder)
                where !name.contains(".") && name.contains("-") && !name.hasPrefix("chromium") {
                    try await act(name)
                    try FileManager.default.removeItem(atPath: folder + "/" + name)
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        defer { acting.cancel() }
        let output = try await Command.run(
            [
                try await tools.value + "/bin/python", "-B",
                Repository.root + "/Tests/EndToEnd/browser/console.py", config, scenario,
            ], environment: ["HOME": folder], limit: .seconds(240))
        #expect(output.code == 0, "\(scenario): \(output.errors.suffix(4000))")
    }

    @Test("The page stands alone: no outside resource, a strict policy, nothing of a catalog or a call in it")
    func pageStandsAlone() async throws {
        let relay = try await Stage.shared.relay
        let page = try await relay.get("/console?id=whatever&token=x")
        #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8")
        let policy = try #require(page["Content-Security-Policy"])
        let directives = Set(policy.components(separatedBy: "; "))
        for directive in [
            "default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ] {
            #expect(directives.contains(directive), "\(directive)")
        }
        #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("http"))
        #expect(page["Referrer-Policy"] == "no-referrer" && page["X-Content-Type-Options"] == "nosniff")
        #expect(page["Cache-Control"] == "no-cache")
        for resource in [" src=", "@import", "url(", "https:", "innerHTML", "eval(", " style=", "localStorage"] {
            #expect(!page.text.contains(resource), "\(resource)")
        }
        #expect(page.text.components(separatedBy: "</script>").count == 2)
        #expect(page.text.components(separatedBy: "</style>").count == 2)
        let again = try await relay.get("/console")
        #expect(again.body == page.body, "the same for everybody")
        #expect(try await relay.send(HTTPRequest(method: "POST", path: "/console")).status == 405)
        #expect(try await relay.get("/console/").problem == "not-found")
    }

    @Test(
        "What readers do",
        arguments: [
            "signing_in", "listing", "charts", "questions", "details", "settling", "keyboard", "lexing", "refreshing",
            "looks",
        ])
    func readersAreServed(_ scenario: String) async throws {
        let stage = try await Self.filled.value
        try await Self.run(scenario, on: stage) { name in
            // A call that hangs until the script lets it go.
            guard let marker = name.split(separator: "-", maxSplits: 1).last else { return }
            let example = Example.carProfile(String(marker))
            Task { try await stage.call(example) }
        }
    }

    @Test("When the network, the database or the token goes away, the page says so and goes on by itself")
    func whenNetwork() async throws {
        let stage = try await Stage.makeApart()
        for _ in 0..<5 { _ = try await stage.call(Example.carProfile()) }
        let leaving = try await stage.line.token("leaving", ["--scope", "audit:read"])
        try await Self.run("faults", on: stage, leaving: leaving) { name in
            switch name {
            case "stop-database": try await stage.cluster.stop()
            case "start-database": try await stage.cluster.start()
            default: try await stage.line.succeed(["token", "rm", "leaving"])
            }
        }
        await stage.stop()
    }
}

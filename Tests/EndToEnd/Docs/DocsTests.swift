import Foundation
import JSON
import TestSupport
import Testing

@Suite("The service describes itself", .serialized)
struct DocsTests {
    /// A folder with Python's openapi-spec-validator and schemathesis.
    private static func tools() async throws -> String {
        try await PythonTools.folder(
            "test-tools", packages: ["openapi-spec-validator==0.9.0", "schemathesis==4.32.5"])
    }

    /// A replica that speaks to the sandbox, and a token that may make calls and read the trail. Both have the entries
    /// of the folder `catalog` besides.
    private static func relayWithSandbox(
        catalog: String? = nil
    ) async throws -> (relay: RelayProcess, sandbox: SandboxProcess, token: String) {
        let stage = try await Stage.shared
        let sandbox = try await SandboxProcess(catalog: catalog)
        // Before the replica starts, so that it knows the token from its first copy of the vault.
        let name = "describer-" + String(UInt32.random(in: 0..<UInt32.max), radix: 36)
        let token = try await stage.line.token(
            name, ["--scope", "relay", "--scope", "audit:read", "--scope", "audit:note"])
        let relay = try await stage.startRelay(
            ["TOPRELAY_GATEWAY_URL": sandbox.url].merging(catalog.map { ["TOPRELAY_CATALOG": $0] } ?? [:]) { own, _ in
                own
            }
        )
        return (relay, sandbox, token)
    }

    @Test("The OpenAPI document is valid by openapi-spec-validator")
    func openAPIDocumentIsValid() async throws {
        let tools = try await Self.tools()
        let catalog = try Watchdog.shared.makeFolder("catalog")
        try MultipartTests.entry.write(
            toFile: catalog + "/\(MultipartTests.method).yaml", atomically: true, encoding: .utf8)
        let relay = try await Stage.shared.startRelay(["TOPRELAY_CATALOG": catalog])
        defer { relay.child.kill() }
        let document = try await relay.get("/openapi.json")
        let file = try Watchdog.shared.makeFolder("openapi") + "/openapi.json"
        try document.text.write(toFile: file, atomically: true, encoding: .utf8)
        let said = try await Command.succeed([tools + "/bin/openapi-spec-validator", file])
        #expect(said.contains("OK"))
    }

    @Test("Schemathesis finds no 5xx, no violated schema, no accepted nonsense", .timeLimit(.minutes(8)))
    func schemathesisFindsNo5() async throws {
        let tools = try await Self.tools()
        // One method with a file, so that forms are tried too.
        let catalog = try Watchdog.shared.makeFolder("catalog")
        try MultipartTests.entry.write(
            toFile: catalog + "/\(MultipartTests.method).yaml", atomically: true, encoding: .utf8)
        let (relay, sandbox, token) = try await Self.relayWithSandbox(catalog: catalog)
        defer {
            relay.child.kill()
            sandbox.child.kill()
        }
        // The document shows one form of each field. What else the relay takes must not count as accepted nonsense.
        let folder = try Watchdog.shared.makeFolder("schemathesis")
        let (shown, widened) = (folder + "/shown.json", folder + "/openapi.json")
        try await relay.get("/openapi.json").text.write(toFile: shown, atomically: true, encoding: .utf8)
        try await Command.succeed([
            "python3", "-B", Repository.root + "/Tests/EndToEnd/clients/widen.py", shown, widened,
        ])
        // Not every valid text is an existing time, and some fields depend on others: a schema cannot express that, and
        // such a request is refused. What is refused must be refused well: that is checked.
        let run = try await Command.run(
            [
                tools + "/bin/st", "run", widened, "--url", "http://127.0.0.1:\(relay.port)", "--header",
                "Authorization: Bearer \(token)", "--checks", "all", "--exclude-checks", "positive_data_acceptance",
                "--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "1", "--no-color",
            ], environment: ["SCHEMATHESIS_HOOKS": Repository.root + "/Tests/EndToEnd/clients/hooks.py"],
            folder: folder,
            limit: .seconds(400))
        #expect(run.code == 0, "\(run.text.suffix(6000))")
        #expect(run.text.contains("Tested: "))
    }

    @Test("In Chromium a developer finds a method by a field's words and gets a curl line that works")
    func inChromiumDeveloperFinds() async throws {
        let (relay, sandbox, token) = try await Self.relayWithSandbox()
        defer {
            relay.child.kill()
            sandbox.child.kill()
        }
        let page = try await relay.get("/docs")
        #expect(page["Content-Type"] == "text/html; charset=utf-8")
        #expect(page["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
        for resource in ["src=", "@import", "url("] { #expect(!page.text.contains(resource)) }
        // Only the page's script, allowed by its hash, counts methods and fills in the address.
        let dom = try await Self.dom("http://127.0.0.1:\(relay.port)/docs?q=car_license")
        #expect(dom.contains(">1 of 5<"))
        let shown = try #require(dom.components(separatedBy: "<details").first { $0.contains(" open=") })
        #expect(shown.contains("id=\"tmall.aliauto.carprofile.sync\"") && !shown.contains("hidden=\"\" open"))
        #expect(shown.contains("车主档案集合"), "the page's own words")
        let start = try #require(shown.range(of: "<pre>"))
        let end = try #require(shown.range(of: "</pre>"))
        var line = String(shown[start.upperBound..<end.lowerBound])
        line = line.replacing(#/<[^>]*>/#, with: "").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
        #expect(line.hasPrefix("curl -sS http://127.0.0.1:\(relay.port)/v1/aliauto/car-profiles"))
        let answer = try await Command.succeed(["sh", "-c", line], environment: ["TOPRELAY_TOKEN": token])
        #expect(try JSONDocument(Array(answer.utf8)).root["outcome"]?.string == "success")
        let one = try await relay.get("/docs/tmall.aliauto.carprofile.sync")
        #expect(one.status == 200 && one.text.contains("car_license"))
        #expect(try await relay.get("/docs/no.such.method").problem == "not-found")
    }

    /// What Chromium has made of a page.
    private static func dom(_ url: String) async throws -> String {
        let profile = try Watchdog.shared.makeFolder("chromium")
        return try await Command.succeed(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(profile)", "--no-proxy-server", "--dump-dom", url,
            ], environment: ["HOME": profile])
    }

    @Test(
        "The command call prints the answer on standard output, problems for people on standard error, and the exit code"
    )
    func commandCallPrintsAnswer() async throws {
        let (relay, sandbox, token) = try await Self.relayWithSandbox()
        defer {
            relay.child.kill()
            sandbox.child.kill()
        }
        let settings = ["TOPRELAY_URL": "http://127.0.0.1:\(relay.port)", "TOPRELAY_TOKEN": token]
        let example = Example.carProfile()
        func call(_ arguments: [String], input: String = "", token: String? = nil) async throws -> Command.Output {
            var settings = settings
            if let token { settings["TOPRELAY_TOKEN"] = token }
            return try await Command.run(
                [Repository.binary, "call"] + arguments, environment: settings, input: input)
        }
        let done = try await call(["tmall.aliauto.carprofile.sync", "-", "--seller", "店铺 二"], input: example.body)
        #expect(done.code == 0, "\(done)")
        let answer = try JSONDocument(Array(done.text.utf8)).root
        #expect(answer["outcome"]?.string == "success")
        let entry = try await Stage.shared.trail(id: answer["id"]?.string)
        #expect(entry != nil)
        let refused = try await call(["tmall.aliauto.carprofile.sync", "-"], input: #"{"list":{}}"#)
        #expect(refused.code == 2 && refused.text.isEmpty)
        #expect(refused.errors.contains("/list/acid  is required"))
        let stranger = try await call(["tmall.aliauto.carprofile.sync", "-"], input: example.body, token: "planted")
        #expect(stranger.code == 1 && !stranger.errors.contains("planted"))
        let nowhere = try await call(["tmall.aliauto.carprofile.sync", "--url", "http://127.0.0.1:9"])
        #expect(nowhere.code == 1 && nowhere.errors.contains("nothing was sent"))
        let both = try await Command.run(
            [Repository.binary, "call", "tmall.aliauto.carprofile.sync"],
            environment: settings.merging(["TOPRELAY_TOKEN_FILE": "/etc/hostname"]) { _, own in own })
        #expect(both.code == 1 && both.errors.contains("set one of the two"), "\(both)")
        let shared = try await Stage.shared.startRelay(settings)
        #expect(try await shared.terminate() == .exited(0), "serve passes over the settings of call")
    }
}

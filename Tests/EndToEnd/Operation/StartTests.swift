import Foundation
import TestSupport
import Testing

@Suite("How a replica starts, or says why not", .bounded)
struct StartTests {
    private func start(_ stage: Stage, _ settings: [String: String]) async throws -> (Child.Ending?, String) {
        let relay = try RelayProcess(stage.settings.merging(settings) { _, own in own })
        defer { relay.child.kill() }
        let ending = try await relay.child.wait(.seconds(30))
        return (ending, relay.log + relay.output)
    }

    @Test("An unknown setting ends it with 1, is named, and the nearest one is suggested")
    func unknownSettingEndsItWith1() async throws {
        let (ending, log) = try await start(try await Stage.shared, ["TOPRELAY_LISTNE": "x"])
        #expect(ending == .exited(1))
        #expect(log.contains("TOPRELAY_LISTNE") && log.contains("TOPRELAY_LISTEN"))
    }

    @Test("All faults are told at once, and no secret with them")
    func allFaults() async throws {
        let (ending, log) = try await start(
            try await Stage.shared,
            [
                "TOPRELAY_MASTER_KEY": "planted-key", "TOPRELAY_CALL_TIMEOUT": "soon", "TOPRELAY_LOG_FORMAT": "xml",
                "TOPRELAY_CA_FILE": "/no/such/file", "TOPRELAY_WORKERS": "0",
                "TOPRELAY_GATEWAY_URL": "https://user:planted-password@a.b/",
                "TOPRELAY_TYPO": "1", "DATABASE_URL": "mysql://planted-password@x/",
            ])
        #expect(ending == .exited(1))
        for name in [
            "TOPRELAY_MASTER_KEY", "TOPRELAY_CALL_TIMEOUT", "TOPRELAY_LOG_FORMAT", "TOPRELAY_CA_FILE",
            "TOPRELAY_WORKERS", "TOPRELAY_GATEWAY_URL", "TOPRELAY_TYPO", "DATABASE_URL",
        ] {
            #expect(log.contains(name))
        }
        #expect(!log.contains("planted") && log.contains("toprelay serve --help"))
    }

    @Test("A database that is not UTF-8 ends it with 1, as it ends the commands")
    func otherEncoding() async throws {
        let stage = try await Stage.shared
        let name = "ascii_" + String(UInt32.random(in: 0..<UInt32.max), radix: 36)
        try await stage.cluster.execute(
            "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'SQL_ASCII'", in: "postgres")
        let (ending, log) = try await start(stage, ["DATABASE_URL": stage.cluster.url(name)])
        #expect(ending == .exited(1))
        #expect(log.contains("SQL_ASCII") && log.contains("createdb -E UTF8"), "\(log)")
        let migrated = try await CommandLineTool(database: stage.cluster.url(name)).run(["migrate"])
        #expect(migrated.code == 1 && migrated.errors.contains("SQL_ASCII"))
    }

    @Test("Whoever connects finds a replica that takes calls, from the first connection on")
    func listensWhenReady() async throws {
        let stage = try await Stage.shared
        for _ in 0..<3 {
            let relay = try RelayProcess(stage.settings)
            defer { relay.child.kill() }
            let example = Example.rental()
            let answer = try await eventually("it listens") {
                try? await relay.post(example.path, example.body, token: stage.tokens.caller)
            }
            #expect(answer.status == 200, "\(answer)")
        }
    }

    @Test("The service links that Kubernetes injects are no settings, and secrets may come from files")
    func serviceLinks() async throws {
        let stage = try await Stage.shared
        let folder = try Watchdog.shared.makeFolder("secrets")
        try (stage.settings["DATABASE_URL"]! + "\n").write(
            toFile: folder + "/url", atomically: false, encoding: .utf8)
        try Stage.masterKey.write(toFile: folder + "/key", atomically: false, encoding: .utf8)
        let relay = try RelayProcess([
            "TOPRELAY_GATEWAY_URL": stage.gateway.url, "DATABASE_URL_FILE": folder + "/url",
            "TOPRELAY_MASTER_KEY_FILE": folder + "/key", "TOPRELAY_SERVICE_HOST": "10.0.0.1",
            "TOPRELAY_SERVICE_PORT": "80", "TOPRELAY_SERVICE_PORT_HTTP": "80", "TOPRELAY_PORT": "tcp://10.0.0.1:80",
            "TOPRELAY_PORT_80_TCP_ADDR": "10.0.0.1", "TOPRELAY_DB_SERVICE_HOST": "x", "TOPRELAY_DB_PORT_5432_TCP": "x",
        ])
        defer { relay.child.kill() }
        try await relay.waitUntilReady()
        let example = Example.carProfile()
        let answer = try await relay.post(example.path, example.body, token: stage.tokens.caller)
        #expect(answer.status == 200)
        #expect(try await relay.terminate() == .exited(0))
    }

    @Test("A missing schema ends it with 1, and names the command")
    func missingMigrations() async throws {
        let stage = try await Stage.shared
        let database = try await Stage.makeDatabase(template: "template0")
        let (ending, log) = try await start(stage, ["DATABASE_URL": stage.cluster.url(database)])
        #expect(ending == .exited(1))
        #expect(log.contains("toprelay migrate"))
    }

    @Test("The wrong master key ends it with 1, and is not shown")
    func wrongMasterKey() async throws {
        let key = Data("another-master-key-of-32-bytes!!".utf8).base64EncodedString()
        let stage = try await Stage.shared
        let (ending, log) = try await start(stage, ["TOPRELAY_MASTER_KEY": key])
        #expect(ending == .exited(1))
        #expect(log.contains("TOPRELAY_MASTER_KEY") && log.contains("toprelay migrate"))
        #expect(!log.contains(key))
        var line = stage.line
        line.masterKey = key
        let put = try await line.run(["app", "put", "x", "--app-key", "1", "--secret-stdin"], input: "s")
        #expect(put.code == 1)
        #expect(put.errors.contains("TOPRELAY_MASTER_KEY"))
    }

    @Test("An address that is taken ends it with 1")
    func takenAddress() async throws {
        let stage = try await Stage.shared
        let (ending, log) = try await start(stage, ["TOPRELAY_LISTEN": "127.0.0.1:\(stage.relay.port)"])
        #expect(ending == .exited(1))
        #expect(log.contains("\(stage.relay.port)"))
    }

    @Test("A broken catalog entry ends it with 1, and is named with its line; a good one adds a method")
    func catalogFolder() async throws {
        let stage = try await Stage.shared
        let folder = try Watchdog.shared.makeFolder("catalog")
        let file = folder + "/taobao.test.echo.yaml"
        try "method: taobao.test.echo\nsession: perhaps\n".write(toFile: file, atomically: false, encoding: .utf8)
        let (ending, log) = try await start(stage, ["TOPRELAY_CATALOG": folder])
        #expect(ending == .exited(1))
        #expect(log.contains("taobao.test.echo.yaml:2"), "\(log)")
        let good = """
            method: taobao.test.echo
            session: none
            request:
              - {name: words, type: String, required: true}
            response_root: test_echo_response
            response:
              - {name: words, type: String}
            """
        try good.write(toFile: file, atomically: false, encoding: .utf8)
        let relay = try await stage.startRelay(["TOPRELAY_CATALOG": folder])
        defer { relay.child.kill() }
        let answer = try await relay.post(
            "/v1/top/taobao.test.echo", #"{"words":"hello"}"#, token: stage.tokens.caller)
        #expect(answer.problem == "relay-misconfigured", "the gateway does not know the method: \(answer)")
        let embedded = Example.rental()
        #expect(
            try await relay.post(embedded.path, embedded.body, token: stage.tokens.caller).status == 200)
    }
}

import Bytes
import Foundation
import HTTPServer
import Testing

@testable import Service

@Suite("Reading settings")
struct SettingsTests {
    private static let key = Data(repeating: 7, count: 32).base64EncodedString()
    private static let least = [
        "DATABASE_URL": "postgresql://relay:canary-pw@db:5432/relay", "TOPRELAY_MASTER_KEY": key,
    ]

    private func read(_ more: [String: String] = [:], without missing: [String] = []) throws -> Settings {
        var environment = Self.least.merging(more) { $1 }
        for name in missing { environment[name] = nil }
        return try Settings.read(environment: environment)
    }

    /// The faults of an environment; none is an issue.
    private func faults(_ more: [String: String] = [:], without missing: [String] = []) -> [SettingFault] {
        do {
            _ = try read(more, without: missing)
            Issue.record("faults are expected")
            return []
        } catch let error as SettingsError {
            return error.faults
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    @Test("With what must be given alone, all else has its default")
    func withWhatMustBeGiven() throws {
        let settings = try read()
        #expect("\(settings.listen)" == "127.0.0.1:8080")
        #expect("\(settings.gatewayURL)" == "https://eco.taobao.com/router/rest")
        #expect(settings.caFile == nil && settings.catalogFolder == nil)
        #expect(settings.callTimeout == .seconds(30) && settings.drainDelay == .zero)
        #expect(settings.shutdownTimeout == .seconds(45))
        #expect(try read(["TOPRELAY_CALL_TIMEOUT": "100"]).shutdownTimeout == .seconds(115))
        #expect(settings.requestTimeout == .seconds(15) && settings.idleTimeout == .seconds(75))
        #expect((1...WorkerCount.maximum).contains(settings.workers))
        #expect("\(settings.logLevel)" == "info" && "\(settings.logFormat)" == "json")
        #expect(settings.maximumConnections == 4096 && settings.maximumCallsInFlight == 2048)
        #expect(settings.maximumBodyBytes == 67_108_864)
        #expect(settings.outcomeQueueRows == 100_000 && settings.outcomeQueueBytes == 256 << 20)
    }

    @Test("Each setting is read from its variable")
    func eachSettingIsRead() throws {
        let settings = try read([
            "TOPRELAY_LISTEN": "[::]:0", "TOPRELAY_GATEWAY_URL": "http://127.0.0.1:9/router/rest",
            "TOPRELAY_CA_FILE": #filePath, "TOPRELAY_CALL_TIMEOUT": "1", "TOPRELAY_CATALOG": "/tmp",
            "TOPRELAY_WORKERS": "3", "TOPRELAY_LOG_LEVEL": "warning", "TOPRELAY_LOG_FORMAT": "text",
            "TOPRELAY_DRAIN_DELAY": "5", "TOPRELAY_SHUTDOWN_TIMEOUT": "60", "TOPRELAY_MAX_CONNECTIONS": "10",
            "TOPRELAY_MAX_CALLS_IN_FLIGHT": "20", "TOPRELAY_REQUEST_TIMEOUT": "2", "TOPRELAY_IDLE_TIMEOUT": "3",
            "TOPRELAY_OUTCOME_QUEUE_ROWS": "100", "TOPRELAY_OUTCOME_QUEUE_MIB": "1",
            "TOPRELAY_MAX_BODY_BYTES_IN_FLIGHT": "100000",
        ])
        let server = settings.makeServer()
        #expect("\(settings.listen)" == "[::]:0")
        #expect("\(settings.gatewayURL)" == "http://127.0.0.1:9/router/rest")
        #expect(settings.caFile == #filePath && settings.catalogFolder == "/tmp")
        #expect(settings.callTimeout == .seconds(1) && settings.drainDelay == .seconds(5))
        #expect(settings.workers == 3)
        #expect("\(settings.logLevel)" == "warning" && "\(settings.logFormat)" == "text")
        #expect(settings.shutdownTimeout == .seconds(60))
        #expect(settings.maximumBodyBytes == 100_000 && server.bodyBudget.limit == 100_000)
        #expect(settings.maximumConnections == 10 && settings.maximumCallsInFlight == 20)
        #expect(settings.requestTimeout == .seconds(2) && settings.idleTimeout == .seconds(3))
        #expect(server.headTimeout == .seconds(2) && server.bodyTimeout == .seconds(2))
        #expect(settings.outcomeQueueRows == 100 && settings.outcomeQueueBytes == 1 << 20)
    }

    @Test(
        "A value that cannot be read is a fault, never the default",
        arguments: [
            ("TOPRELAY_LISTEN", "8080"), ("TOPRELAY_LISTEN", "unix:"), ("TOPRELAY_LISTEN", "localhost"),
            ("TOPRELAY_LISTEN", "::1:8080"), ("TOPRELAY_LISTEN", "h:65536"), ("TOPRELAY_LISTEN", "h:-1"),
            ("TOPRELAY_LISTEN", "h:"), ("TOPRELAY_LISTEN", "a b:1"), ("TOPRELAY_LISTEN", "[h]:1"),
            ("TOPRELAY_CA_FILE", "/nowhere/ca.pem"), ("TOPRELAY_CA_FILE", "/tmp"), ("TOPRELAY_CATALOG", "/nowhere"),
            ("TOPRELAY_CATALOG", #filePath), ("TOPRELAY_CALL_TIMEOUT", "0"), ("TOPRELAY_CALL_TIMEOUT", "301"),
            ("TOPRELAY_CALL_TIMEOUT", "30s"), ("TOPRELAY_CALL_TIMEOUT", "3.5"), ("TOPRELAY_CALL_TIMEOUT", " 30"),
            ("TOPRELAY_CALL_TIMEOUT", "+30"), ("TOPRELAY_CALL_TIMEOUT", ""), ("TOPRELAY_CALL_TIMEOUT", "٣٠"),
            ("TOPRELAY_CALL_TIMEOUT", "99999999999999999999"), ("TOPRELAY_WORKERS", "0"), ("TOPRELAY_WORKERS", "65"),
            ("TOPRELAY_WORKERS", "Auto"), ("TOPRELAY_LOG_LEVEL", "INFO"), ("TOPRELAY_LOG_LEVEL", "verbose"),
            ("TOPRELAY_LOG_FORMAT", "JSON"), ("TOPRELAY_DRAIN_DELAY", "-1"), ("TOPRELAY_MAX_CONNECTIONS", "0"),
            ("TOPRELAY_OUTCOME_QUEUE_ROWS", "99"),
        ])
    func refusesValues(name: String, value: String) {
        let found = faults([name: value])
        #expect(found.map(\.variable) == [name])
        #expect(found.first?.value == value)
        #expect("\(found.first.map { "\($0)" } ?? "")".hasPrefix("\(name)="))
        #expect(found.first?.expectation.isEmpty == false)
    }

    @Test(
        "A URL with credentials in the wrong place, or a secret in the place of its file's path, is in no fault",
        arguments: [
            ("TOPRELAY_GATEWAY_URL", "https://user:canary-51ab@gw.example/router/rest"),
            ("TOPRELAY_GATEWAY_URL", "http://gw.example/?secret=canary-51ab"), ("TOPRELAY_GATEWAY_URL", "canary-51ab"),
            ("TOPRELAY_MASTER_KEY_FILE", "canary-51ab"), ("DATABASE_URL_FILE", "postgresql://u:canary-51ab@h/x"),
        ])
    func credentialsAreNotShown(name: String, value: String) {
        let secrets = ["TOPRELAY_MASTER_KEY_FILE": "TOPRELAY_MASTER_KEY", "DATABASE_URL_FILE": "DATABASE_URL"]
        let found = faults([name: value], without: secrets[name].map { [$0] } ?? [])
        #expect(found.map(\.variable) == [name] && found.first?.value == nil)
        #expect(!"\(SettingsError(faults: found))".contains("canary"))
    }

    @Test("All faults are told at once, in the catalog's order, unknown variables last")
    func allFaults() {
        let found = faults(
            ["TOPRELAY_LISTEN": "x", "TOPRELAY_WORKERS": "x", "TOPRELAY_ZZZ": "1", "TOPRELAY_AAA": "1"],
            without: ["DATABASE_URL", "TOPRELAY_MASTER_KEY"])
        #expect(
            found.map(\.variable) == [
                "DATABASE_URL", "TOPRELAY_MASTER_KEY", "TOPRELAY_LISTEN", "TOPRELAY_WORKERS", "TOPRELAY_AAA",
                "TOPRELAY_ZZZ",
            ])
        #expect("\(SettingsError(faults: found))".split(separator: "\n").count == 7)
        #expect(found[0].expectation.contains("DATABASE_URL_FILE"))
    }

    @Test("A variable that looks like a setting and is none is refused, with the setting that may be meant")
    func unknownVariables() {
        let found = faults(["TOPRELAY_CALL_TIMEOUTS": "5"])
        #expect(found.map(\.variable) == ["TOPRELAY_CALL_TIMEOUTS"])
        #expect(found.first?.expectation.contains("did you mean TOPRELAY_CALL_TIMEOUT?") == true)
        #expect(found.first?.value == nil)
        #expect(faults(["TOPRELAY_LISTEN_FILE": "/x"]).map(\.variable) == ["TOPRELAY_LISTEN_FILE"])
        #expect(faults(["TOPRELAY_": ""]).map(\.variable) == ["TOPRELAY_"])
        #expect(faults(["TOPRELAY_QQQQQQQQQQQQQQQQ": ""]).first?.expectation == "is not a setting")
    }

    @Test("The service links that Kubernetes injects, and other variables, are left alone")
    func serviceLinks() throws {
        _ = try read([
            "TOPRELAY_SERVICE_HOST": "10.0.0.1", "TOPRELAY_SERVICE_PORT": "80", "TOPRELAY_SERVICE_PORT_HTTP": "80",
            "TOPRELAY_PORT": "tcp://10.0.0.1:80", "TOPRELAY_PORT_80_TCP": "tcp://10.0.0.1:80",
            "TOPRELAY_PORT_80_TCP_ADDR": "10.0.0.1", "TOPRELAY_METRICS_SERVICE_HOST": "10.0.0.2",
            "TOPRELAY_METRICS_PORT_9090_TCP_PROTO": "tcp", "PATH": "/bin", "TOPRELAYX": "1", "toprelay_listen": "x",
        ])
    }

    @Test("No setting has a name that Kubernetes may inject, and no name is there twice")
    func noSettingHasName() {
        let names = SettingDefinitions.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(!name.hasPrefix("TOPRELAY_SERVICE_") && !name.hasPrefix("TOPRELAY_PORT"))
            #expect(!name.contains("_SERVICE_") && !name.contains("_PORT"))
            #expect(SettingDefinitions.help.contains("  \(name)"))
        }
        #expect(SettingDefinitions.all.allSatisfy { $0.reason.hasSuffix(".") && !$0.form.isEmpty })
    }

    // MARK: - Secrets

    @Test("A secret's value is in no fault, whatever is wrong with it")
    func secretsAreNotShown() {
        for value in [
            "canary-51ab", "canary-51ab://x y", "postgresql://u:canary-51ab@h:port/x", Self.key + "canary-51ab",
        ] {
            let text = "\(SettingsError(faults: faults(["TOPRELAY_MASTER_KEY": value])))"
            #expect(text.hasPrefix("TOPRELAY_MASTER_KEY: "))
            #expect(!text.contains("canary-51ab"))
        }
        for value in [
            "postgresql://u:canary-51ab@h:1/x?nonsense=1", "canary-51ab", "host='canary-51ab",
            "postgresql://u:pw@canary-51ab@127.0.0.1/x", "postgresql://u:pw/canary-51ab@127.0.0.1/x",
            "postgresql://u:1/canary-51ab@127.0.0.1/x", "postgresql://u:canary-51ab/x", "host=h port=canary-51ab",
        ] {
            let text = "\(SettingsError(faults: faults(["DATABASE_URL": value])))"
            #expect(text.hasPrefix("DATABASE_URL: "))
            #expect(!text.contains("canary-51ab"))
        }
    }

    @Test("What is printed of the settings holds neither password nor key")
    func settingsArePrintable() throws {
        let settings = try read()
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(dumped.contains("db:5432"))
        #expect(!"\(dumped) \(settings)".contains("canary-pw"))
        #expect(!"\(dumped) \(settings)".contains(Self.key))
    }

    @Test("A secret comes from the file that its _FILE variable names, without the line end")
    func secretFiles() throws {
        for end in ["", "\n", "\r\n"] {
            let file = try TemporaryFile(Self.key + end)
            let settings = try read(["TOPRELAY_MASTER_KEY_FILE": file.path], without: ["TOPRELAY_MASTER_KEY"])
            #expect(try "\(settings.masterKey)" == "\(read().masterKey)")
        }
        let file = try TemporaryFile("postgresql://other@elsewhere/x\n")
        let settings = try read(["DATABASE_URL_FILE": file.path], without: ["DATABASE_URL"])
        #expect("\(settings.database)".contains("elsewhere"))
    }

    @Test("A secret's file that cannot be used is a fault that names its variable alone")
    func badSecretFiles() throws {
        let cases = [
            try TemporaryFile(""), try TemporaryFile("\n"), try TemporaryFile(bytes: [0xFF, 0xFE]),
            try TemporaryFile(String(repeating: "x", count: 70_000)),
        ]
        for path in cases.map(\.path) + ["/nowhere", "/tmp"] {
            let found = faults(["TOPRELAY_MASTER_KEY_FILE": path], without: ["TOPRELAY_MASTER_KEY"])
            #expect(found.map(\.variable) == ["TOPRELAY_MASTER_KEY_FILE"])
            #expect(found.first?.value == nil)
        }
        let wrong = try TemporaryFile("canary-51ab")
        let found = faults(["TOPRELAY_MASTER_KEY_FILE": wrong.path], without: ["TOPRELAY_MASTER_KEY"])
        #expect(found.map(\.variable) == ["TOPRELAY_MASTER_KEY"])
        #expect(!"\(found)".contains("canary-51ab"))
    }

    @Test("A secret that is given twice is a fault")
    func secretTwice() throws {
        let file = try TemporaryFile(Self.key)
        let found = faults(["TOPRELAY_MASTER_KEY_FILE": file.path])
        #expect(found.map(\.variable) == ["TOPRELAY_MASTER_KEY"])
        #expect(found.first?.expectation.contains("TOPRELAY_MASTER_KEY_FILE is set too") == true)
    }

    // MARK: - Parts

    @Test("Commands that work on the database read their own settings, and refuse unknown ones all the same")
    func storeSettings() throws {
        let database = ["DATABASE_URL": "postgresql://db/x", "TOPRELAY_LISTEN": "nonsense"]
        #expect(try StoreSettings.read(environment: database, needsMasterKey: false).masterKey == nil)
        let missing = #expect(throws: SettingsError.self) {
            try StoreSettings.read(environment: database, needsMasterKey: true)
        }
        #expect(missing?.faults.map(\.variable) == ["TOPRELAY_MASTER_KEY"])
        let all = database.merging(["TOPRELAY_MASTER_KEY": Self.key, "TOPRELAY_X": ""]) { $1 }
        let unknown = #expect(throws: SettingsError.self) {
            try StoreSettings.read(environment: all, needsMasterKey: false)
        }
        #expect(unknown?.faults.map(\.variable) == ["TOPRELAY_X"])
    }

    @Test("Auto is a worker for every two processors, at least one and at most the limit")
    func autoIsWorkerForEveryTwoProcessors() {
        #expect([1, 2, 3, 8, 500].map { WorkerCount("auto", processors: $0)?.count } == [1, 1, 1, 4, 64])
    }
}

/// A file that is gone with the value that made it.
private final class TemporaryFile {
    let path = NSTemporaryDirectory() + "toprelay-" + UUID().uuidString

    convenience init(_ text: String) throws {
        try self.init(bytes: Array(text.utf8))
    }

    init(bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

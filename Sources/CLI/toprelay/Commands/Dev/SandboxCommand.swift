import ArgumentParser
import Catalog
import Crypto
import Logging
import Sandbox
import Service
import ServiceLifecycle
import Telemetry
import UnixSignals

/// `toprelay sandbox`: a stand-in for the TOP gateway.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "A stand-in for the TOP gateway that checks signatures and fails on demand.",
        discussion: """
            A call fails as it asks itself, when a text parameter holds sandbox:KIND or sandbox:KIND=ARGUMENT, or as was \
            ordered for the calls to come:

            curl http://127.0.0.1:8081/_sandbox/faults -d '{"kind":"latency","argument":500,"count":10}'

            Members of an order: kind, argument, method (all when left out), count (1; 0 is until DELETE of the same path), \
            and for the kind error code, msg, sub_code, sub_msg. GET /_sandbox/calls shows the last calls.

            Kinds: \(SandboxFault.kinds.joined(separator: ", ")).

            Arguments: milliseconds of latency; seconds of ban and app-ban; the sub_code of isp and isv; the number of \
            code; the seconds of clock; the HTTP status of status. docs/sandbox.md tells what each does, and what the relay's caller sees.
            """)

    @Option(help: "The port on 127.0.0.1; 0 means any free port.") var port = 8081
    @Option(help: "The app_key of the only app.") var appKey = "10000001"
    @Flag(help: "Read the app secret from standard input.") var secretStdin = false
    @Option(help: "Read the app secret from a file.") var secretFile: String?
    @Option(help: "A folder with additional entries, which is watched; default: TOPRELAY_CATALOG.")
    var catalog: String?
    @Option(help: "Read session keys from a file, one a line.") var sessionsFile: String?

    func run() async throws {
        try await reportingFailures {
            let secret = try SecretInput.read(fromStandardInput: secretStdin, file: secretFile, what: "secret")
            let sessions = try sessionsFile.map(SecretInput.contents) ?? []
            let keys = String(decoding: sessions, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
            let writer = LogWriter.standardError()
            LoggingSystem.bootstrap(LogFormat.text.factory(level: .info, writer: writer))
            let logger = Logger(label: "sandbox")
            let app = SandboxApp(
                key: appKey, secret: String(decoding: secret.bytes, as: UTF8.self), sessions: Set(keys))
            let folder = catalog ?? Environment.variables["TOPRELAY_CATALOG"]
            let holder = try CatalogHolder(folder: folder?.isEmpty == true ? nil : folder)
            var configuration = SandboxConfiguration(apps: [app], catalog: holder.current)
            configuration.catalog = { holder.current }
            configuration.port = port
            let sandbox = SandboxServer(configuration: configuration, logger: logger)
            let bound = try await sandbox.start()
            Output.line("http://127.0.0.1:\(bound)/router/rest")
            defer { writer.flush() }
            let group = ServiceGroup(
                configuration: .init(
                    services: [
                        .init(service: sandbox), .init(service: CatalogFollower(holder: holder, logger: logger)),
                    ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
        }
    }
}

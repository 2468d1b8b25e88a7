import ArgumentParser
import Curl
import Diagnosis
import Service
import Time
import Vault

/// `toprelay doctor`: why an app's calls fail.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks an app's way to TOP, step by step, and says what to do.",
        discussion: """
            It calls taobao.time.get, and taobao.user.seller.get for each seller, as the relay would. With more than \
            \(maximumSessions) sellers it checks the default one; --seller names others. It exits with 0 if nothing fails, \
            else with 1.
            """)

    /// The number of sessions that are checked without being named.
    private static let maximumSessions = 20

    @Argument(help: "The app's name.") var app: String
    @Option(help: "Check only this seller's session. Repeatable.") var seller: [String] = []

    func run() async throws {
        try await reportingFailures {
            let settings = try GatewaySettings.read(environment: Environment.variables)
            let (name, sellers) = (app, seller)
            let isHealthy = try await DatabaseSession.run(settings.store) { session in
                try await session.examine(name, sellers: sellers, settings, maximumSessions: Self.maximumSessions)
            }
            guard isHealthy else { throw ExitCode(1) }
        }
    }
}

extension DatabaseSession {
    /// Examines an app and prints a line for each finding.
    /// - Returns: whether nothing fails.
    fileprivate func examine(
        _ name: String, sellers: [String], _ settings: GatewaySettings, maximumSessions: Int
    ) async throws -> Bool {
        guard let masterKey else { throw VaultError.noMasterKey }
        let vault = try await VaultReader.load(on: try await open(), key: masterKey)
        guard let app = vault.app(named: name) else { throw VaultError.notFound("app \"\(name)\"") }
        let known = vault.sessions(of: app)
        var chosen = known
        if !sellers.isEmpty {
            chosen = try sellers.map { seller in
                guard let session = known.first(where: { $0.seller == seller }) else {
                    throw VaultError.notFound("session of \"\(seller)\" with the app \"\(name)\"")
                }
                return session
            }
        } else if known.count > maximumSessions {
            chosen = known.filter(\.isDefault)
            Output.errorLine("\(known.count) sellers: only the default one is checked; --seller names others")
        }
        let client = try CurlClient(loop: loop)
        defer { client.shutdown() }
        let doctor = Doctor(
            client: client, app: app, sessions: chosen, defaultGatewayURL: settings.gatewayURL.text,
            caFile: settings.caFile, now: WallClock.milliseconds)
        var isHealthy = true
        await doctor.examine { finding in
            if finding.state == .fails { isHealthy = false }
            let label =
                switch finding.state {
                case .works: "OK     "
                case .fails: "FAIL   "
                case .unknown: "UNKNOWN"
                }
            Output.line(TerminalText.escaped("\(label)  \(finding.subject): \(finding.text)"))
        }
        return isHealthy
    }
}

import Bytes
import Catalog
import Crypto
import FoundationEssentials
import Logging
import Sandbox
import Service
import Vault

/// The demo of `toprelay dev`: an app with two sellers, a token, and a sandbox that knows them.
struct DevDemo {
    /// The sandbox, which already listens.
    let sandbox: SandboxServer
    private let token: String
    private let catalog: Catalog
    private let sandboxPort: Int

    private static let app = "demo"
    private static let appKey = "10000001"
    private static let scopes: Set<Scope> = [.relay, .relayRaw, .auditRead, .auditNote]
    private static let sellers = ["demo-seller", "other-seller"]

    /// Starts the sandbox and stores the app, the sessions and the token in the vault. The secrets are new at each
    /// start, and the token stays the same.
    static func make(store: StoreSettings, folder: URL, catalog holder: CatalogHolder, logger: Logger) async throws
        -> DevDemo
    {
        let secret = Hex.lower(SecureRandom.bytes(16))
        let sessions = sellers.map { seller in (seller: seller, key: Hex.lower(SecureRandom.bytes(24))) }
        let known = SandboxApp(key: appKey, secret: secret, sessions: Set(sessions.map(\.key)))
        let catalog = holder.current
        var configuration = SandboxConfiguration(apps: [known], catalog: catalog)
        // The service follows the catalog folder, and the sandbox uses the same catalog.
        configuration.catalog = { holder.current }
        let sandbox = SandboxServer(configuration: configuration, logger: logger)
        let port = try await sandbox.start()
        let input = AppInput(
            name: app, appKey: appKey, secret: Secret(secret), gatewayURL: .set("http://127.0.0.1:\(port)/router/rest"),
            makesDefault: true)
        let secrets = DevSecrets(folder: folder)
        let kept = secrets.read("token")
        let token = try await DatabaseSession.run(store) { session in
            let vault = try await session.vault()
            try await vault.putApp(input)
            for (index, entry) in sessions.enumerated() {
                try await vault.putSession(
                    SessionInput(
                        app: app, seller: entry.seller, key: Secret(entry.key),
                        makesDefault: index == 0 ? true : nil))
            }
            let known = try await vault.listTokens().first { $0.name == app }
            if let known, let kept, Set(known.scopes) == scopes { return kept }
            if known != nil { try await vault.removeToken(app) }
            let made = try await vault.createToken(TokenInput(name: app, scopes: scopes))
            return String(decoding: made.bytes, as: UTF8.self)
        }
        try secrets.write(token, to: "token")
        return DevDemo(sandbox: sandbox, token: token, catalog: catalog, sandboxPort: port)
    }

    /// The text for the terminal: the URL, the token, and a curl command for each method with a path.
    func banner(url: String, database: String) -> String {
        var lines = [
            "",
            "TopRelay listens on \(url)  (sandbox gateway on http://127.0.0.1:\(sandboxPort); nothing leaves this machine)",
            "Token: \(token)", "Methods and their fields: \(url)/docs",
            "Calls and their outcomes: \(url)/console", "",
        ]
        for entry in catalog.entries {
            guard let path = entry.path else { continue }

            lines.append("# \(entry.method) (\(entry.title))")
            lines.append(
                "curl -sS \(url)\(path) -H 'Authorization: Bearer \(token)' -H 'Content-Type: application/json' -d '\(Self.quoted(String(decoding: entry.exampleRequest(), as: UTF8.self)))'"
            )
            lines.append("")
        }
        lines.append("# What happened?")
        lines.append("curl -sS '\(url)/v1/audit/calls?limit=5' -H 'Authorization: Bearer \(token)'")
        lines.append("DATABASE_URL='\(database)' \(CommandLine.arguments[0]) audit list")
        lines.append("")
        lines.append(
            "# To cause failures, put sandbox:cut, sandbox:ban=5 … into a text parameter (toprelay sandbox --help)")
        lines.append("")
        lines.append("Ctrl-C stops everything; the data stays in .toprelay/.")
        return lines.joined(separator: "\n")
    }

    /// A text in single quotes for the shell.
    private static func quoted(_ text: String) -> String { text.replacing("'", with: "'\\''") }
}

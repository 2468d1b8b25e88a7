import ArgumentParser
import Service
import TOP
import Time
import Vault

/// `toprelay session`: the sellers' sessions.
struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Manages sellers' session keys.",
        subcommands: [Put.self, List.self, Remove.self, Health.self])

    struct Put: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "put", abstract: "Adds a seller's session, or changes what is given of it.",
            discussion: "A new session needs its key. What is not given stays, also the times of expiry.")

        @Argument(help: "The app's name.") var app: String
        @Argument(help: "The alias that callers give in Top-Seller.") var seller: String
        @Flag(help: "Read the session key from standard input.") var sessionStdin = false
        @Option(help: "Read the session key from a file.") var sessionFile: String?
        @Option(help: "When the session expires, as an RFC 3339 time with offset; empty: not known.")
        var expiresAt: String?
        @Option(help: "Read the refresh token from a file.") var refreshTokenFile: String?
        @Option(help: "When the refresh token ends, as an RFC 3339 time with offset; empty: not known.")
        var refreshExpiresAt: String?
        @Flag(help: "Use it for calls that name no seller.") var `default` = false

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
                let input = SessionInput(
                    app: app, seller: seller,
                    key: try SecretInput.readOptional(
                        fromStandardInput: sessionStdin, file: sessionFile, what: "session"),
                    expiresAt: try Self.end(expiresAt), makesDefault: `default` ? true : nil,
                    refreshToken: try refreshTokenFile.map {
                        try SecretInput.read(fromStandardInput: false, file: $0, what: "refresh-token")
                    }, refreshExpiresAt: try Self.end(refreshExpiresAt))
                let (isNew, stored) = try await DatabaseSession.run(settings) { session in
                    let vault = try await session.vault()
                    let isNew = try await vault.putSession(input)
                    return (isNew, try await vault.session(app: input.app, seller: input.seller))
                }
                Output.line("\(isNew ? "added" : "changed") session of \(seller) with the app \(app)")
                if let end = stored.expiresAt, end <= WallClock.milliseconds() {
                    Output.errorLine(
                        "toprelay: the session has expired at \(Timestamp.text(end)): give --expires-at")
                }
            }
        }

        /// The time of an option; an empty text removes what is stored.
        private static func end(_ text: String?) throws -> PatchValue<Int64> {
            text == "" ? .clear : PatchValue(try text.map(Timestamp.read))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the sessions, without their keys.")

        @Argument(help: "The app's name; default: all apps.") var app: String?

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let app = app
                let sessions = try await DatabaseSession.run(settings) { session in
                    try await session.vault().listSessions(app: app)
                }
                var table = TextTable("APP", "SELLER", "DEFAULT", "EXPIRES")
                for session in sessions {
                    table.add(
                        session.app, session.seller, session.isDefault ? "yes" : "",
                        session.expiresAt.map(Timestamp.text) ?? "never")
                }
                table.lines.forEach(Output.line)
            }
        }
    }

    struct Health: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "health", abstract: "Shows which sessions end, need an authorisation, or were refused.",
            discussion: "Sessions are refreshed ahead of their end if there is a refresh token.")

        @Argument(help: "The app's name; default: all apps.") var app: String?
        @Option(help: "Only sessions that end within this time, such as 7d, 12h or 30m.") var expiringWithin: String?

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let within = try expiringWithin.map(Timestamp.milliseconds)
                let app = app
                let sessions = try await DatabaseSession.run(settings) { session in
                    try await session.vault().sessionHealth(expiringWithin: within, app: app)
                }
                var table = TextTable(
                    "APP", "SELLER", "STATE", "EXPIRES", "REFRESH", "LAST SUCCESS", "LAST REFUSAL", "REMARK")
                for session in sessions { table.add(row: Self.row(session)) }
                table.lines.forEach(Output.line)
            }
        }

        private static func row(_ session: SessionHealth) -> [String] {
            let refusal = session.lastRefusalAt.map { Timestamp.text($0) + " " + (session.lastRefusal ?? "") }
            let refresh =
                session.isRefreshable ? session.refreshAfter.map(Timestamp.text) ?? "when refused" : "impossible"
            return [
                session.name.app, session.name.seller, session.state.rawValue,
                session.expiresAt.map(Timestamp.text) ?? "unknown", refresh,
                session.lastSuccessAt.map(Timestamp.text) ?? "", refusal ?? "", session.refreshError ?? "",
            ]
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "rm", abstract: "Removes a seller's session.")

        @Argument(help: "The app's name.") var app: String
        @Argument(help: "The seller's alias.") var seller: String

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let (app, seller) = (app, seller)
                try await DatabaseSession.run(settings) { session in
                    try await session.vault().removeSession(app: app, seller: seller)
                }
                Output.line("removed session of \(seller) with the app \(app)")
            }
        }
    }
}

import ArgumentParser
import Crypto
import Service
import Vault

/// `toprelay token`: the callers' tokens.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Manages callers' tokens.", subcommands: [Create.self, List.self, Remove.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a token and prints it once to standard output.")

        @Argument(help: "The caller's name in the audit trail.") var name: String
        @Option(help: "\(Scope.list). Repeatable.") var scope: [String]
        @Option(help: "Allow only this app. Repeatable.") var app: [String] = []
        @Option(help: "Allow only these methods; a glob with *. Repeatable.") var method: [String] = []
        @Option(help: "When the token expires, as an RFC 3339 time with offset.") var expiresAt: String?

        func run() async throws {
            try await reportingFailures {
                let scopes = try Set(
                    scope.map { name in
                        guard let scope = Scope(rawValue: name) else {
                            let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
                            throw CommandError.usage("unknown scope \(name): use \(known)")
                        }
                        return scope
                    })
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let expiry = try expiresAt.map(Timestamp.read)
                let (name, apps, methods) = (name, app, method)
                let token = try await DatabaseSession.run(settings) { session in
                    try await session.vault().createToken(
                        name: name, scopes: scopes, apps: apps, methods: methods, expiresAt: expiry)
                }
                Output.bytes(token.bytes + Array("\n".utf8))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the tokens, without their secrets.")

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let tokens = try await DatabaseSession.run(settings) { session in try await session.vault().listTokens()
                }
                var table = TextTable("NAME", "SCOPES", "APPS", "METHODS", "EXPIRES")
                for token in tokens {
                    table.add(
                        token.name, token.scopes.map(\.rawValue).joined(separator: " "),
                        token.apps.joined(separator: " "),
                        token.methods.joined(separator: " "), token.expiresAt.map(Timestamp.text) ?? "never")
                }
                table.lines.forEach(Output.line)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Revokes a token, in every replica within a second.")

        @Argument(help: "The token's name.") var name: String

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let name = name
                try await DatabaseSession.run(settings) { session in try await session.vault().removeToken(name) }
                Output.line("removed token \(name)")
            }
        }
    }
}

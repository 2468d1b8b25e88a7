import AdminAPI
import ArgumentParser
import Crypto
import Service
import Time
import Vault

/// `toprelay token`: the callers' tokens.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Manages callers' tokens.",
        subcommands: [Create.self, Rotate.self, List.self, Remove.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Makes a token and prints it once to standard output.")

        @Argument(help: "The caller's name in the audit trail.") var name: String
        @Option(help: "\(Scope.list). Repeatable.") var scope: [String]
        @Option(help: "Allow only this app. Repeatable.") var app: [String] = []
        @Option(help: "Allow only these methods; a glob with *. Repeatable.") var method: [String] = []
        @Option(help: "Allow only these sellers; a glob with *. Repeatable.") var seller: [String] = []
        @Option(help: "When the token expires, as an RFC 3339 time with offset.") var expiresAt: String?
        @Option(help: "How long the token is valid, such as 90d.") var expiresIn: String?
        @Option(help: "Calls a second on each replica, such as 10/s.") var rate: String?
        @Option(help: "Concurrent calls on each replica.") var concurrency: Int?
        @Option(help: "A hook that its calls may choose. Repeatable.") var callback: [String] = []

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
                let input = TokenInput(
                    name: name, scopes: scopes, apps: app, methods: method, sellers: seller, rate: try readRate(),
                    concurrency: concurrency, callbacks: callback, expiresAt: try readExpiry())
                let token = try await DatabaseSession.run(settings) { session in
                    try await session.vault().createToken(input)
                }
                Output.bytes(token.bytes + Array("\n".utf8))
            }
        }

        private func readRate() throws -> Int? {
            guard let rate else { return nil }
            guard let number = CallRate.read(rate) else {
                throw CommandError.usage("\(rate) is not a rate: use calls a second, such as 10/s")
            }
            return number
        }

        private func readExpiry() throws -> Int64? {
            guard let expiresIn else { return try expiresAt.map(Timestamp.read) }
            guard expiresAt == nil else { throw CommandError.usage("give --expires-at or --expires-in, not both") }
            return WallClock.milliseconds() + (try Timestamp.milliseconds(expiresIn))
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Makes a new secret of a token and prints it once to standard output.",
            discussion: "The secret before it stays valid for the time of grace. Only two are valid at a time.")

        @Argument(help: "The token's name.") var name: String
        @Option(help: "How long the secret before it stays valid, such as 24h; 0 ends it now.") var grace = "24h"

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let grace = grace == "0" ? 0 : try Timestamp.milliseconds(grace)
                let name = name
                let token = try await DatabaseSession.run(settings) { session in
                    try await session.vault().rotateToken(name, graceMilliseconds: grace)
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
                var table = TextTable(
                    "NAME", "SCOPES", "APPS", "METHODS", "SELLERS", "RATE", "CONCURRENCY", "EXPIRES", "LAST USED")
                for token in tokens {
                    table.add(
                        token.name, token.scopes.map(\.rawValue).joined(separator: " "),
                        token.apps.joined(separator: " "),
                        token.methods.joined(separator: " "), token.sellers.joined(separator: " "),
                        token.limits.rate.map(CallRate.text) ?? "", token.limits.concurrency.map { "\($0)" } ?? "",
                        token.expiresAt.map(Timestamp.text) ?? "never", token.lastUsedAt.map(Timestamp.text) ?? "")
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

import ArgumentParser
import Service
import Vault

/// `toprelay ban`: the bans that TOP has put on apps.
struct BanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ban", abstract: "Shows and lifts bans that TOP has put on apps.",
        subcommands: [List.self, Lift.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the bans in force.")

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let bans = try await DatabaseSession.run(settings) { session in try await session.vault().listBans() }
                var table = TextTable("APP", "METHOD", "ENDS", "CODE")
                for ban in bans { table.add(ban.app, ban.method ?? "", Timestamp.text(ban.endsAt), ban.code ?? "") }
                table.lines.forEach(Output.line)
            }
        }
    }

    struct Lift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lift", abstract: "Lifts the bans of an app, in every replica within a second.",
            discussion: "TOP does not know of it: a call that TOP still bans is refused there, and bans again.")

        @Argument(help: "The app's name.") var app: String
        @Option(help: "Only the ban of this method.") var method: String?

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let (app, method) = (app, method)
                let count = try await DatabaseSession.run(settings) { session in
                    try await session.vault().liftBans(app: app, method: method)
                }
                Output.line("lifted \(count) ban(s) of app \(app)")
            }
        }
    }
}

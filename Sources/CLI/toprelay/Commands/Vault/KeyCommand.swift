import ArgumentParser
import Service
import TOP
import Time
import Vault

/// `toprelay key`: the system's random keys.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Manages the system's keys.", subcommands: [List.self, Rotate.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the versions of the keys, never the keys.")

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let keys = try await DatabaseSession.run(settings) { session in try await session.vault().listKeys() }
                var table = TextTable("NAME", "VERSION", "CREATED")
                for key in keys {
                    table.add(key.name, "\(key.version)", RFC3339.text(epochMilliseconds: key.createdAt))
                }
                table.lines.forEach(Output.line)
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate",
            abstract: "Makes a new key for the fingerprints of business keys.",
            discussion:
                "New calls use the new key. A search by key tries all versions, so it also finds older calls."
        )

        @Argument(help: "The key's name: fingerprint.") var name: String

        func validate() throws {
            guard name == "fingerprint" else {
                throw ValidationError(
                    "Only fingerprint can be rotated. New request ids would let repeated calls through.")
            }
        }

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
                let version = try await DatabaseSession.run(settings) { session in
                    try await session.vault().rotateFingerprintKey()
                }
                Output.line("fingerprint key version \(version)")
            }
        }
    }
}

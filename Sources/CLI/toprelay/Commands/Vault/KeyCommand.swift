import ArgumentParser
import Service
import TOP
import Time
import Vault

/// `toprelay key`: the system's random keys, and the master key that seals all secrets.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Manages the system's keys.", subcommands: [List.self, Rotate.self, Check.self])

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
            abstract: "Makes a new fingerprint key, or seals everything again with the first master key.",
            discussion: """
                fingerprint: new calls use the new key. A search by key tries all versions, so it also finds older calls.

                master: first give every replica the new key behind the old one in TOPRELAY_MASTER_KEY, then in front of \
                it. Run this command with the same keys, while the service runs. When it returns 0, the old key can go. \
                docs/operations/keys.md has the steps.
                """
        )

        @Argument(help: "The key's name: fingerprint or master.") var name: KeyName

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
                switch name {
                case .fingerprint:
                    let version = try await DatabaseSession.run(settings) { session in
                        try await session.vault().rotateFingerprintKey()
                    }
                    Output.line("fingerprint key version \(version)")
                case .master:
                    let isDone = try await Interrupt.racing {
                        try await DatabaseSession.run(settings) { try await $0.rotateMasterKey() }
                    }
                    guard isDone else { throw CommandError(VaultError.interrupted) }
                }
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Checks that every sealed value opens with the given master keys.")

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
                let isDone = try await Interrupt.racing {
                    try await DatabaseSession.run(settings) { try await $0.checkMasterKey() }
                }
                guard isDone else { throw CommandError.failed("interrupted before the end") }
            }
        }
    }
}

/// The keys that can be rotated. New request ids would let repeated calls through, so the key of ids cannot.
enum KeyName: String, CaseIterable, ExpressibleByArgument {
    case fingerprint
    case master
}

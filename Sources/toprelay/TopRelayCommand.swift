import ArgumentParser

/// The command line: everything that the binary can do.
@main
struct TopRelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toprelay",
        abstract: "Relays plain JSON calls to Alibaba's Taobao Open Platform, and keeps a durable record of each.",
        discussion:
            "Settings come from the environment: see docs/operations/settings.md. Exit codes: 0 done, 1 failed, 2 the input was refused, 64 wrong usage.",
        subcommands: [
            ServeCommand.self, MigrateCommand.self, DevCommand.self, SandboxCommand.self, AppCommand.self,
            SessionCommand.self,
            TokenCommand.self, CatalogCommand.self, SignCommand.self, AuditCommand.self,
            CallCommand.self, KeyCommand.self,
        ])
}

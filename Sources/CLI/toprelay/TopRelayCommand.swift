import ArgumentParser
import Resources

/// The command line with all commands of the binary.
@main
struct TopRelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toprelay",
        abstract: "Relays plain JSON calls to Alibaba's Taobao Open Platform and records each of them.",
        discussion:
            "Settings come from the environment: see docs/operations/settings.md. Exit codes: 0 done, 1 failed, 2 the input was refused, 64 wrong usage.",
        version: "\(Release.version) (\(Release.commit))",
        subcommands: [
            ServeCommand.self, MigrateCommand.self, DevCommand.self, SandboxCommand.self, AppCommand.self,
            SessionCommand.self,
            TokenCommand.self, BanCommand.self, CatalogCommand.self, SignCommand.self, AuditCommand.self,
            CallCommand.self, KeyCommand.self, DoctorCommand.self,
        ])
}

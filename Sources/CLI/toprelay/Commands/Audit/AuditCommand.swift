import ArgumentParser

/// `toprelay audit`: the trail in a terminal. It reads the database, so no replica needs to run.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Reads the audit trail, and erases bodies.",
        subcommands: [
            AuditListCommand.self, AuditShowCommand.self, AuditTailCommand.self, AuditStatsCommand.self,
            AuditExportCommand.self, AuditTraceCommand.self, AuditUnmaskCommand.self,
            AuditEraseCommand.self,
        ])
}

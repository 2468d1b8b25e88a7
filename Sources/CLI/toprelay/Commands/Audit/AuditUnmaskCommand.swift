import ArgumentParser
import Audit
import AuditAPI
import JSON
import Masking
import Service

/// `toprelay audit unmask`: the full request of a call, for holders of the master key.
struct AuditUnmaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmask",
        abstract: "Shows the full request of a call. The access is recorded and shown with the call.")

    @Argument(help: "The call's id.") var id: String
    @Option(help: "The reason, which is recorded; 1 to 500 characters.") var reason: String

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
            guard let id = CallID(id) else {
                throw CommandError.refused("\(self.id) is not a call id, which is a UUID of version 7")
            }
            guard !reason.allSatisfy(\.isWhitespace), reason.unicodeScalars.count <= UnmaskEvent.maximumReason else {
                throw CommandError.refused("--reason must have 1 to \(UnmaskEvent.maximumReason) characters")
            }
            let (reason, opener) = (ValueMask().masked(reason), AuditOptions.operatorName)
            let (row, request) = try await DatabaseSession.run(settings) { session in
                try await session.unmask(id, by: opener, because: reason)
            }
            var json = JSONWriter()
            request.write(to: &json, of: row)
            Output.bytes(json.bytes + Array("\n".utf8))
        }
    }
}

import ArgumentParser
import Audit
import AuditAPI
import Catalog
import Service

/// `toprelay audit erase`: removes the bodies of all calls with a business key.
struct AuditEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Removes the requests and responses of all calls with a business key. The erasure is recorded.",
        discussion: "The calls themselves stay. Needs TOPRELAY_MASTER_KEY.")

    @Option(help: "The business key, NAME:VALUE.") var key: String
    @Option(help: "The reason, which is recorded; 1 to 500 characters.") var reason: String
    @Flag(help: "Count the calls, and change nothing.") var dryRun = false

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: true)
            guard let given = TrailQuery.key(key) else {
                throw CommandError.refused("--key must be \(FilterValues.businessKey.requirement)")
            }
            guard let name = try CatalogFolder.catalog().businessKey(named: given.name) else {
                throw CommandError.refused("--key: \(given.name) is not a business key of the catalog")
            }
            guard let reason = Erasure.reason(reason) else {
                throw CommandError.refused("--reason must have 1 to \(Erasure.maximumReason) characters")
            }
            let (key, eraser, isDryRun) = ((name, given.value), AuditOptions.operatorName, dryRun)
            let result = try await DatabaseSession.run(settings) { session in
                let keys = try await session.fingerprintKeys()
                let erasure = Erasure(key: key, keys: keys, by: eraser, because: reason)
                let trail = session.trail()
                return isDryRun ? try await trail.count(erasure) : try await trail.erase(erasure)
            }
            Output.line("\(isDryRun ? "found" : "erased") \(result.calls) calls")
            if result.keysTruncated > 0 {
                Output.errorLine("\(result.keysTruncated) other calls have cut key lists and may have the key, too")
            }
        }
    }
}

import ArgumentParser
import Audit
import AuditAPI
import Service

/// `toprelay audit export`: all calls that match a filter, as a file.
struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes calls to a file or to standard output.",
        discussion: """
            Memory does not grow with the file. With -o the file has its name only when it is whole: until then it is \
            FILE.partial, which is removed when the export fails or is stopped.
            """)

    @OptionGroup var filters: AuditFilterOptions
    @OptionGroup var relations: AuditRelationOptions
    @Option(help: "ndjson (one JSON object a line) or csv (for spreadsheets).") var format = "ndjson"
    @Option(help: "newest or oldest calls first.") var order = "newest"
    @Option(help: "The largest number of calls; default: all.") var limit: Int?
    @Option(help: "request,response or one of them.") var include: String?
    @Option(name: [.short, .long], help: "The file; default: standard output.") var output: String?

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(
                environment: Environment.variables, needsMasterKey: filters.needsMasterKey)
            var query = try filters.query()
            try relations.add(to: &query)
            query.order = try AuditParameters.order.value(ofOption: order) ?? query.order
            let include = try AuditParameters.include.value(ofOption: include) ?? TrailInclude()
            let format = try AuditParameters.format.value(ofOption: format) ?? .ndjson
            let limit = try AuditParameters.exportLimit.value(ofOption: limit.map { "\($0)" })
            let (wanted, target) = (query, try ExportTarget(output))
            do {
                let isWhole = try await Interrupt.racing {
                    try await DatabaseSession.run(settings) { session in
                        let trail = session.trail()
                        let query = try await session.authorized(wanted, in: trail)
                        var export = TrailExport(
                            try await trail.scan(query, limit: limit), as: format, include: include)
                        while let bytes = try await export.next(from: trail) {
                            try Task.checkCancellation()
                            try target.write(bytes)
                        }
                    }
                }
                guard isWhole else { throw CancellationError() }
                try target.finish()
            } catch {
                target.discard()
                throw error is CancellationError ? CommandError.failed("stopped: the export is incomplete") : error
            }
        }
    }
}

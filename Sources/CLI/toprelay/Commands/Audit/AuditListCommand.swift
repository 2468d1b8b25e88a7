import ArgumentParser
import Audit
import AuditAPI
import JSON
import Service

/// `toprelay audit list`: one page of calls.
struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists calls.",
        discussion: "If there are more calls, the cursor of the next page is printed to standard error.")

    @OptionGroup var filters: AuditFilterOptions
    @OptionGroup var relations: AuditRelationOptions
    @Option(help: "newest or oldest calls first.") var order = "newest"
    @Option(help: "The largest number of calls, 1 to 1000.") var limit = 50
    @Option(help: "The cursor of the page, as an earlier page printed it.") var cursor: String?
    @Option(help: "request,response or one of them, with --json.") var include: String?
    @Flag(help: "One JSON object a line.") var json = false

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(
                environment: Environment.variables, needsMasterKey: filters.needsMasterKey)
            let query = try query()
            let include = try AuditParameters.include.value(ofOption: include) ?? TrailInclude()
            guard json || include.isEmpty else { throw CommandError.refused("--include needs --json") }
            let (page, records) = try await DatabaseSession.run(settings) { session in
                let trail = session.trail()
                return try await trail.records(try await session.authorized(query, in: trail), include)
            }
            if json {
                for record in records { Output.line(AuditOptions.json(record)) }
            } else {
                Self.table(records).lines.forEach(Output.line)
            }
            if let until = page.scannedUntil {
                Output.errorLine("the search ran out of time at \(Timestamp.text(until))")
            }
            if let next = page.next { Output.errorLine("next page: --cursor \(next.text)") }
        }
    }

    private static func table(_ records: [CallDetail]) -> TextTable {
        var table = TextTable("AT", "ID", "METHOD", "OUTCOME", "STATUS", "MS", "APP", "SELLER", "CALLER", "SUB_CODE")
        for record in records {
            let row = record.row
            table.add(
                Timestamp.text(row.id.epochMilliseconds), row.id.text, row.method, AuditOptions.outcome(record),
                row.status.map { "\($0)" } ?? "", row.durationMicroseconds.map { "\($0 / 1000)" } ?? "", row.app,
                row.seller ?? "", row.caller, row.subCode ?? "")
        }
        return table
    }

    private func query() throws -> TrailQuery {
        var query = try filters.query()
        try relations.add(to: &query)
        query.order = try AuditParameters.order.value(ofOption: order) ?? query.order
        query.limit = try AuditParameters.limit.value(ofOption: "\(limit)") ?? query.limit
        query.cursor = try AuditParameters.callCursor.value(ofOption: cursor)
        return query
    }
}

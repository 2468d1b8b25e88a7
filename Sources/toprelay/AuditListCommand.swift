import ArgumentParser
import Audit
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
            let (filter, include) = (try filter(), try AuditOptions.include(include))
            guard json || include.isEmpty else { throw CommandError.refused("--include needs --json") }
            let (page, records) = try await DatabaseSession.run(settings) { session in
                let filter = try await session.resolvingKey(of: filter)
                return try await session.trail().records(filter, include)
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

    private static func table(_ records: [TrailRecord]) -> TextTable {
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

    private func filter() throws -> TrailFilter {
        var filter = try filters.filter()
        try relations.add(to: &filter)
        guard (1...TrailFilter.maximumLimit).contains(limit) else {
            throw CommandError.refused("--limit must be from 1 to \(TrailFilter.maximumLimit)")
        }
        filter.order = try AuditOptions.order(order)
        filter.limit = limit
        filter.cursor = try cursor.map { text in
            guard let cursor = TrailCursor(text) else { throw CommandError.refused("\(text) is no page's cursor") }
            return cursor
        }
        return filter
    }
}

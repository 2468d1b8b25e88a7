import ArgumentParser
import Audit
import JSON
import Service

/// `toprelay audit`: the trail, at a terminal.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Reads the audit trail.",
        subcommands: [List.self, Show.self, AuditStatsCommand.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists calls.")

        @OptionGroup var filters: AuditFilterOptions
        @Option(help: "newest or oldest calls first.") var order = "newest"
        @Option(help: "The most calls, 1 to 1000.") var limit = 50
        @Flag(help: "One JSON object a line.") var json = false

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(
                    environment: Environment.variables, needsMasterKey: filters.key != nil)
                let filter = try filter()
                let page = try await DatabaseSession.run(settings) { session in
                    try await session.list(filter)
                }
                let rows = page.rows
                defer {
                    if let until = page.scannedUntil {
                        Output.errorLine("the time was over: calls were looked at up to \(Instant.text(until))")
                    }
                }
                if json { return rows.forEach { Output.line(AuditCommand.json($0)) } }
                var table = TextTable(
                    "AT", "ID", "METHOD", "OUTCOME", "STATUS", "MS", "APP", "SELLER", "CALLER", "SUB_CODE")
                for row in rows {
                    table.add(
                        Instant.text(row.id.epochMilliseconds), row.id.text, row.method, row.outcome,
                        row.status.map { "\($0)" } ?? "",
                        row.durationMicroseconds.map { "\($0 / 1000)" } ?? "", row.app, row.seller ?? "", row.caller,
                        row.subCode ?? "")
                }
                table.lines.forEach(Output.line)
            }
        }

        private func filter() throws -> TrailFilter {
            var filter = try filters.filter()
            guard (1...TrailFilter.maximumLimit).contains(limit) else {
                throw Failure.refused("--limit must be from 1 to \(TrailFilter.maximumLimit)")
            }
            guard let order = TrailFilter.Order(rawValue: order) else {
                throw Failure.refused("--order must be newest or oldest")
            }
            filter.limit = limit
            filter.order = order
            return filter
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows one call with its request and answer.")

        @Argument(help: "The call's id.") var id: String
        @Flag(help: "One JSON object.") var json = false

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                guard let id = CallID(id) else {
                    throw Failure.refused("\(self.id) is no call's id: a UUID of version 7")
                }
                let found = try await DatabaseSession.run(settings) { session in
                    let trail = session.trail()
                    return (try await trail.call(id), try await trail.request(of: id), try await trail.response(of: id))
                }
                guard let row = found.0 else { throw Failure.failed("there is no call \(id.text)") }
                Output.line(
                    json
                        ? AuditCommand.json(row, request: found.1, response: found.2) : Self.text(row, found.1, found.2)
                )
            }
        }

        private static func text(_ row: TrailRow, _ request: String?, _ response: String?) -> String {
            let ended = row.durationMicroseconds.map { ", after \($0 / 1000) ms" } ?? ""
            let lines: [(String, String?)] = [
                ("id", row.id.text), ("received", Instant.text(row.id.epochMilliseconds)), ("method", row.method),
                ("caller", row.caller), ("app", row.app), ("seller", row.seller),
                ("outcome", row.outcome + (row.status.map { " (HTTP \($0)\(ended))" } ?? "")), ("code", row.code),
                ("sub_code", row.subCode), ("message", row.message), ("TOP's id", row.topRequestID),
                ("request id", row.requestID),
                ("X-Request-Id", row.clientRequestID), ("refs", row.refs), ("request", request ?? "not kept"),
                ("answer", response),
            ]
            return lines.compactMap { name, value in
                value.map { name + String(repeating: " ", count: 14 - name.utf8.count) + $0 }
            }.joined(separator: "\n")
        }
    }

    private static func json(_ row: TrailRow) -> String {
        var json = JSONWriter()
        row.write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func json(_ row: TrailRow, request: String?, response: String?) -> String {
        var json = JSONWriter()
        row.write(to: &json) { json in
            for (name, value) in [("request", request), ("response", response)] {
                json.name(name)
                if let value { json.string(value) } else { json.null() }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

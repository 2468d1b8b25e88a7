import ArgumentParser
import Audit
import JSON
import Service

/// `toprelay audit`: the trail, at a terminal.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Reads the audit trail.", subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists calls, newest first.")

        @Option(help: "A method, or a glob with *.") var method: String?
        @Option(help: "success, accepted, partial, business_failure, rejected, …, unknown or open.") var outcome:
            String?
        @Option(help: "The app that signed.") var app: String?
        @Option(help: "The seller's alias.") var seller: String?
        @Option(help: "The caller's token name.") var caller: String?
        @Option(help: "Calls from this RFC 3339 time on.") var from: String?
        @Option(help: "Calls before this RFC 3339 time.") var to: String?
        @Option(help: "The most calls, 1 to 1000.") var limit = 50
        @Flag(help: "One JSON object a line.") var json = false

        func run() async throws {
            try await reportingFailures {
                let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
                let filter = try filter()
                let rows = try await DatabaseSession.run(settings) { session in
                    try await session.trail().list(filter).rows
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
            var filter = TrailFilter()
            guard (1...TrailFilter.maximumLimit).contains(limit) else {
                throw Failure.refused("--limit must be from 1 to \(TrailFilter.maximumLimit)")
            }
            if let outcome, outcome != Outcome.open, Outcome(rawValue: outcome) == nil {
                let known = (Outcome.allCases.map(\.rawValue) + [Outcome.open]).joined(separator: ", ")
                throw Failure.refused("there is no outcome \(outcome); there are \(known)")
            }
            filter.limit = limit
            filter.method = method
            filter.outcome = outcome
            filter.app = app
            filter.seller = seller
            filter.caller = caller
            filter.fromMilliseconds = try from.map(Instant.read)
            filter.toMilliseconds = try to.map(Instant.read)
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

import ArgumentParser
import Audit
import AuditAPI
import JSON
import Service

/// `toprelay audit trace`: everything that happened to one thing.
struct AuditTraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Shows all calls and rejected requests of a document, an id or a business key, oldest first.",
        discussion: "Business keys are searched if TOPRELAY_MASTER_KEY is set.")

    @Argument(help: "A call id, Top-Ref, X-Request-Id, trace id, TOP request id, request id or business key.")
    var text: String
    @Option(help: .filter("from")) var from: String?
    @Option(help: .filter("to")) var to: String?
    @Flag(help: "One JSON object, as GET /v1/audit/trace gives it.") var json = false

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
            guard (1...TraceQuery.maximumBytes).contains(text.utf8.count) else {
                throw CommandError.refused("the text must have 1 to \(TraceQuery.maximumBytes) bytes")
            }
            var times = TrailQuery()
            try times.put(["from": from, "to": to])
            let catalog = try CatalogFolder.catalog()
            let query = TraceQuery(text, in: catalog, within: times)
            if settings.masterKey == nil {
                Output.errorLine("business keys are not searched without TOPRELAY_MASTER_KEY")
            }
            let trace = try await DatabaseSession.run(settings) { session in
                let keys = settings.masterKey == nil ? [] : try await session.fingerprintKeys()
                return try await session.trail().trace(query, for: .terminal, keys: keys)
            }
            let summary = TraceSummary(trace, in: catalog)
            guard !json else {
                var json = JSONWriter()
                trace.write(summary, to: &json)
                return Output.bytes(json.bytes + Array("\n".utf8))
            }
            Self.table(trace).lines.forEach(Output.line)
            Output.line(Self.words(on: summary))
            if summary.isTruncated {
                Output.errorLine("there may be more events: narrow the time with --from and --to")
            }
        }
    }

    private static func table(_ trace: Trace) -> TextTable {
        var table = TextTable("AT", "KIND", "ID", "METHOD", "OUTCOME", "STATUS", "APP", "SELLER", "CALLER", "MESSAGE")
        for event in trace.events {
            switch event {
            case .call(let call):
                let row = call.row
                table.add(
                    Timestamp.text(row.id.epochMilliseconds), "call", row.id.text, row.method,
                    AuditOptions.outcome(call), row.status.map { "\($0)" } ?? "", row.app, row.seller ?? "",
                    row.caller, row.message ?? "")
            case .refusal(let refusal):
                table.add(
                    refusal.at, "refusal", refusal.id.map { "\($0)" } ?? "", refusal.method, refusal.type,
                    "\(refusal.status)", refusal.app ?? "", refusal.seller ?? "", refusal.caller ?? "",
                    refusal.detail ?? "")
            }
        }
        return table
    }

    private static func words(on summary: TraceSummary) -> String {
        let outcomes = summary.outcomes.map { "\($0.count) \($0.outcome)" }.joined(separator: ", ")
        return "\(summary.requests) requests, \(summary.notSent) not sent, \(summary.sent) sent"
            + (outcomes.isEmpty ? "" : " (\(outcomes))")
            + (summary.isPossiblyDuplicated ? "; it may have been done twice" : "")
    }
}

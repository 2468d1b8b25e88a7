import ArgumentParser
import Audit
import AuditAPI
import JSON
import Service

/// `toprelay audit show`: one call with everything that is recorded about it.
struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one call with its timeline, notes, request and response.")

    @Argument(help: "The call's id.") var id: String
    @Flag(help: "One JSON object.") var json = false

    func run() async throws {
        try await reportingFailures {
            let settings = try StoreSettings.read(environment: Environment.variables, needsMasterKey: false)
            guard let id = CallID(id) else {
                throw CommandError.refused("\(self.id) is not a call id, which is a UUID of version 7")
            }
            let (record, timeline, openings) = try await DatabaseSession.run(settings) { session in
                let trail = session.trail()
                guard let row = try await trail.call(id, for: TrailAccess.terminal) else {
                    throw CommandError.failed("there is no call \(id.text)")
                }
                return (
                    try await trail.record(of: row, TrailInclude(request: true, response: true)),
                    try await trail.timeline(of: row), try await trail.unmaskEvents(of: row)
                )
            }
            Output.line(json ? Self.json(record, timeline, openings) : Self.text(record, timeline, openings))
        }
    }

    private static func json(_ record: CallDetail, _ timeline: CallTimeline?, _ openings: [UnmaskEvent]) -> String {
        var json = JSONWriter()
        record.write(to: &json) { json in
            UnmaskEvent.write(openings, to: &json)
            json.name("timeline")
            if let timeline { timeline.write(to: &json) } else { json.null() }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func text(_ record: CallDetail, _ timeline: CallTimeline?, _ openings: [UnmaskEvent]) -> String {
        let row = record.row
        var lines: [(String, String?)] = [
            ("id", row.id.text), ("method", row.method), ("caller", row.caller), ("app", row.app),
            ("seller", row.seller), ("outcome", row.outcome + (row.status.map { " (HTTP \($0))" } ?? "")),
            ("settled", record.settled?.rawValue), ("code", row.isTransferCode ? nil : row.code),
            ("sub_code", row.subCode),
            ("message", row.message), ("TOP's id", row.topRequestID), ("request id", row.idempotencyID),
            ("X-Request-Id", row.clientRequestID), ("trace id", row.traceID), ("refs", row.refs),
            ("judged", row.isUnjudged ? "no: nothing in the answer told success" : nil), ("repeats", row.repeatOf),
            ("erased", row.erasedAt),
        ]
        lines += Self.lines(timeline, of: row)
        lines += record.notes.map { note in
            ("note", "\(note.at) \(note.author)\(note.settles.map { " [\($0.rawValue)]" } ?? ""): \(note.text)")
        }
        lines += openings.map { ("opened", "\($0.at) \($0.opener): \($0.reason)") }
        lines += [("request", record.texts.request ?? "not kept"), ("answer", record.texts.response)]
        return lines.compactMap { name, value in
            value.map { name + String(repeating: " ", count: 14 - name.utf8.count) + TerminalText.escaped($0) }
        }.joined(separator: "\n")
    }

    private static func lines(_ timeline: CallTimeline?, of row: CallSummary) -> [(String, String?)] {
        let received = Timestamp.text(row.id.epochMilliseconds) + (timeline?.replica.map { " by \($0)" } ?? "")
        let open = timeline?.deadline.map { "open; given up after \($0)" } ?? "open"
        let ended = timeline?.finishedAt.map { time in
            timeline?.isReconciled == true
                ? "\(time) by the reconciler: the replica left no result"
                : "\(time)" + milliseconds(row.durationMicroseconds, ", after ")
        }
        return [
            ("received", received),
            ("on record", timeline?.intentMicroseconds.map { milliseconds($0, "waited ") }),
            ("no answer", row.responseFailure),
            (
                row.responseFailure == nil ? "TOP took" : "waited",
                timeline?.topMicroseconds.map { milliseconds($0, "") }
            ),
            ("ended", ended ?? open),
        ]
    }

    private static func milliseconds(_ microseconds: Int?, _ before: String) -> String {
        microseconds.map { "\(before)\($0 / 1000).\($0 % 1000 / 100) ms" } ?? ""
    }
}

import Audit
import JSON
import TOP
import Time

extension CallDetail {
    /// The names of the columns in order. Add new ones at the end, before the texts.
    static func columns(_ include: TrailInclude) -> [String] {
        [
            "id", "at", "method", "app", "seller", "caller", "outcome", "status", "duration_ms", "top_ms",
            "top_request_id", "request_id", "client_request_id", "code", "sub_code", "message", "refs", "attempts",
            "request_bytes", "response_bytes", "retryable", "keys_truncated", "settled", "notes", "trace_id",
            "judged", "erased_at", "repeat_of",
        ] + (include.request ? ["request"] : []) + (include.response ? ["response"] : [])
    }

    /// Writes the call as one line.
    func write(to csv: inout CSVWriter) {
        csv.cell(own: row.id.text)
        csv.cell(own: RFC3339.text(epochMilliseconds: row.id.epochMilliseconds))
        for text in [row.method, row.app, row.seller, row.caller] { csv.cell(text: text) }
        csv.cell(own: row.outcome)
        csv.cell(own: row.status.map { String($0) })
        csv.cell(own: row.durationMicroseconds.map(CallSummary.milliseconds))
        csv.cell(own: row.topMicroseconds.map(CallSummary.milliseconds))
        for text in [
            row.topRequestID, row.idempotencyID, row.clientRequestID, row.code, row.subCode, row.message, refs,
        ] { csv.cell(text: text) }
        for number in [row.attempts, row.requestBytes, row.responseBytes] { csv.cell(own: number.map { String($0) }) }
        csv.cell(own: row.retryable.map { $0 ? "true" : "false" })
        csv.cell(own: row.areKeysTruncated ? "true" : "false")
        csv.cell(own: settled?.rawValue)
        csv.cell(text: noteLines)
        csv.cell(text: row.traceID)
        csv.cell(own: row.isUnjudged ? "false" : nil)
        csv.cell(own: row.erasedAt)
        csv.cell(own: row.repeatOf)
        if include.request { csv.cell(text: texts.request) }
        if include.response { csv.cell(text: texts.response) }
        csv.endRow()
    }

    /// The document numbers. They never have a comma.
    private var refs: String? {
        row.refs.flatMap { try? JSONDocument(Array($0.utf8)) }.map { document in
            document.root.elements.compactMap(\.string).joined(separator: ", ")
        }
    }

    /// The notes, one in each line.
    private var noteLines: String {
        notes.map { note in
            "\(note.at) \(note.author)\(note.settles.map { " [\($0.rawValue)]" } ?? ""): \(note.text)"
        }.joined(separator: "\n")
    }
}

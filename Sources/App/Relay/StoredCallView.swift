import Audit
import Catalog
import JSON
import Problems
import TOP

/// A call as its caller reads it again. It has the members of the first reply, and is made from the trail.
///
/// The trail masks private values. Values that the trail no longer keeps are absent.
struct StoredCallView {
    let row: CallSummary
    /// The text of TOP's response, masked; nil if there was none, or if the trail no longer keeps it.
    let responseText: String?
    /// Where the response is in TOP's JSON.
    let form: ResponseForm
    /// The method's entry; nil if the catalog no longer has it.
    let entry: Entry?

    /// The JSON object as bytes.
    var document: [UInt8] {
        guard let status = row.status, status != 200 else { return okDocument }
        return problem(status).document
    }

    /// The object for a call whose reply was 200, or that is still open.
    private var okDocument: [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.optional("id", row.id.text)
        json.optional("method", row.method)
        json.optional("outcome", row.outcome)
        json.optional("top_request_id", row.topRequestID)
        json.optional("request_id", row.idempotencyID)
        if let retryable = row.retryable {
            json.name("retryable")
            json.bool(retryable)
        }
        if row.status != nil, let entry { writeResult(of: entry, to: &json) }
        json.endObject()
        return json.bytes
    }

    private func writeResult(of entry: Entry, to json: inout JSONWriter) {
        switch topResponse {
        case .response(let response):
            if let error = entry.error(in: response) {
                json.name("result")
                error.write(to: &json)
                return
            }
            let result = entry.plainResult(response)
            if !result.isJudged {
                json.name("judged")
                json.bool(false)
            }
            json.name("result")
            json.raw(result.json)
        case .error(let error):
            json.name("result")
            error.write(to: &json)
        case .unreadable, nil: break
        }
    }

    private var topResponse: TOPResponse? {
        responseText.map { text in
            let body = Array(text.utf8)
            return entry?.read(body, form: form) ?? TOPResponse.read(body, method: row.method, form: form)
        }
    }

    private func problem(_ status: Int) -> Problem {
        let error = topError
        let judged = error.flatMap { error in entry.map { CallResult.refused(with: error, entry: $0) } }
        var problem: Problem
        // The catalog may have changed since the call. The recorded outcome counts.
        if let judged, judged.outcome.rawValue == row.outcome, let first = judged.problem {
            problem = first
        } else {
            let type = type(status)
            problem = Problem(type, detail(type))
        }
        problem.id = row.id
        problem.method = row.method
        problem.outcome = Outcome(rawValue: row.outcome)
        problem.retryable = row.retryable ?? entry.map { $0.reads || $0.isIdempotent }
        problem.idempotencyID = row.idempotencyID
        problem.top = error
        return problem
    }

    /// TOP's error: from its response, or from the columns of the row.
    private var topError: TOPError? {
        guard let code = row.code, !CallResult.isOwn(code: code) else { return nil }
        switch topResponse {
        case .error(let error): return error
        case .response(let inner):
            if let error = entry?.error(in: inner) { return error }
        case .unreadable, nil: break
        }
        let message = row.message ?? ""
        return row.subCode == nil
            ? TOPError(code: code, message: message, topRequestID: row.topRequestID)
            : TOPError(code: code, subCode: row.subCode, subMessage: message, topRequestID: row.topRequestID)
    }

    private func type(_ status: Int) -> ProblemType {
        switch Outcome(rawValue: row.outcome) {
        case .rejected: .rejectedByTOP
        case .sessionInvalid: .sessionInvalid
        case .throttled: .throttled
        case .misconfigured: .relayMisconfigured
        case .platformError: .topError
        case .notSent: status == ProblemType.auditUnavailable.status ? .auditUnavailable : .topUnreachable
        default: .outcomeUnknown
        }
    }

    private func detail(_ type: ProblemType) -> String {
        guard let message = row.message else { return type.title + "." }
        // Earlier rows have only the message of the transport.
        if type == .outcomeUnknown, message.last != "." { return message + "." }
        let prefix = "The request was not sent: "
        return type == .topUnreachable && !message.hasPrefix(prefix) ? prefix + message : message
    }
}

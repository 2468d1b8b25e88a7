import Audit
import Catalog
import JSON
import Problems
import TOP

/// A call as its caller reads it again: with the members of the first answer, made of what the trail keeps.
///
/// Values come from the trail, so private ones are masked. What the trail no longer keeps is absent.
struct OwnCall {
    let row: CallSummary
    /// TOP's answer, masked; nil when there was none, or it is no longer kept.
    let answer: String?
    /// Where the response stands in TOP's answer.
    let form: ResponseForm
    /// The method's entry; nil if the catalog has lost it.
    let entry: Entry?

    /// The object as bytes of JSON.
    var document: [UInt8] {
        guard let status = row.status, status != 200 else { return answered }
        return problem(status).document
    }

    /// A call that was answered with 200, or has not ended.
    private var answered: [UInt8] {
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
        switch read {
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

    private var read: TOPResponse? {
        answer.map { answer in
            let body = Array(answer.utf8)
            return entry?.read(body, form: form) ?? TOPResponse.read(body, method: row.method, form: form)
        }
    }

    private func problem(_ status: Int) -> Problem {
        let error = refusal
        let words = error.flatMap { error in entry.map { Verdict.refused(with: error, entry: $0) } }
        var problem: Problem
        // The catalog may have changed since: what was said then counts.
        if let words, words.outcome.rawValue == row.outcome, let said = words.problem {
            problem = said
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

    /// TOP's error: from its answer, or as far as the call's own row tells.
    private var refusal: TOPError? {
        guard let code = row.code, !Verdict.isOwn(code: code) else { return nil }
        switch read {
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
        // Earlier rows have the transport's words alone.
        if type == .outcomeUnknown, message.last != "." { return message + "." }
        let words = "The request was not sent: "
        return type == .topUnreachable && !message.hasPrefix(words) ? words + message : message
    }
}

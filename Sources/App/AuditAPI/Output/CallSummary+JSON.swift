package import Audit
package import JSON
import TOP
import Time

extension CallSummary {
    /// Writes the call as an object of `GET /v1/audit/calls`. `extra` adds members at its end.
    package func write(to json: inout JSONWriter, extra: (inout JSONWriter) -> Void = { _ in }) {
        json.beginObject()
        json.name("id")
        json.string(id.text)
        json.name("at")
        json.string(RFC3339.text(epochMilliseconds: id.epochMilliseconds))
        Self.member("method", method, &json)
        Self.member("app", app, &json)
        Self.member("seller", seller, &json)
        Self.member("caller", caller, &json)
        Self.member("outcome", outcome, &json)
        Self.member("status", number: status.map { String($0) }, &json)
        Self.member("duration_ms", number: durationMicroseconds.map(Self.milliseconds), &json)
        Self.member("top_ms", number: topMicroseconds.map(Self.milliseconds), &json)
        Self.member("audit_ms", number: auditMicroseconds.map(Self.milliseconds), &json)
        Self.member("finished_at", finishedAt, &json)
        Self.member("top_request_id", topRequestID, &json)
        Self.member("request_id", idempotencyID, &json)
        Self.member("client_request_id", clientRequestID, &json)
        Self.member("code", code, &json)
        Self.member("sub_code", subCode, &json)
        Self.member("message", message, &json)
        json.name("refs")
        json.raw((refs ?? "[]").utf8)
        Self.member("attempts", number: attempts.map { String($0) }, &json)
        Self.member("request_bytes", number: requestBytes.map { String($0) }, &json)
        Self.member("response_bytes", number: responseBytes.map { String($0) }, &json)
        Self.member("retryable", number: retryable.map { $0 ? "true" : "false" }, &json)
        Self.member("trace_id", traceID, &json)
        if isReconciled {
            json.name("reconciled")
            json.bool(true)
        }
        if areKeysTruncated {
            json.name("keys_truncated")
            json.bool(true)
        }
        if isUnjudged {
            json.name("judged")
            json.bool(false)
        }
        if let repeatOf {
            json.name("repeat_of")
            json.string(repeatOf)
        }
        if let erasedAt {
            json.name("erased_at")
            json.string(erasedAt)
        }
        extra(&json)
        json.endObject()
    }

    /// Microseconds as a decimal number of milliseconds: 45123 → 45.123.
    static func milliseconds(_ microseconds: Int) -> String {
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000)." + String(repeating: "0", count: max(0, 3 - fraction.utf8.count)) + fraction
    }

    private static func member(_ name: String, _ value: String?, _ json: inout JSONWriter) {
        json.name(name)
        if let value { json.string(value) } else { json.null() }
    }

    private static func member(_ name: String, number: String?, _ json: inout JSONWriter) {
        json.name(name)
        if let number { json.raw(number.utf8) } else { json.null() }
    }
}

extension CallDetail {
    /// Writes the call as an object of `GET /v1/audit/calls`. `extra` adds members at its end.
    package func write(to json: inout JSONWriter, extra: (inout JSONWriter) -> Void = { _ in }) {
        row.write(to: &json) { json in
            json.name("settled")
            if let settled { json.string(settled.rawValue) } else { json.null() }
            json.name("notes")
            json.beginArray()
            for note in notes { note.write(to: &json) }
            json.endArray()
            if include.request {
                Self.write("request", texts.request, isTruncated: texts.isRequestTruncated, to: &json)
            }
            if include.response {
                Self.write("response", texts.response, isTruncated: texts.isResponseTruncated, to: &json)
            }
            extra(&json)
        }
    }

    /// Writes a text, and whether it is truncated.
    private static func write(_ name: String, _ value: String?, isTruncated: Bool, to json: inout JSONWriter) {
        json.name(name)
        if let value { json.string(value) } else { json.null() }
        json.name(name + "_truncated")
        json.bool(isTruncated)
    }
}

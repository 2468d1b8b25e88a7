package import Audit
package import Catalog
package import JSON
package import TOP

/// An error response as a problem document (RFC 9457).
///
/// The module has problem documents and replies. It may use JSON and the types of Audit, Catalog and TOP. It must not
/// know HTTP servers.
package struct Problem: Error, Sendable {
    /// The kind of the problem, which decides type, status and title.
    package var type: ProblemType
    /// What is wrong with this request, with which value, and what to do. It never has a secret.
    package var detail: String
    /// The id of the call, if the request has become a call.
    package var id: CallID?
    /// The TOP method.
    package var method: String?
    /// The outcome of the call, if its intent is committed.
    package var outcome: Outcome?
    /// Whether a repeat is safe: it cannot execute the call twice.
    package var retryable: Bool?
    /// The error of TOP, masked.
    package var top: TOPError?
    /// The method's idempotency id.
    package var idempotencyID: String?
    /// The value of `X-Request-Id` in the reply; nil if whoever sends the reply adds it.
    package var shownRequestID: String?
    /// All faults of the parameters.
    package var faults: [Fault]
    /// For an unknown TOP method, the nearest names of the catalog.
    package var suggestions: [String]?
    /// The value of Retry-After in seconds.
    package var retryAfterSeconds: Int?
    /// The value of Allow for status 405: the HTTP methods of the path.
    package var allow: String?

    /// Makes a problem. Callers set the other members.
    package init(_ type: ProblemType, _ detail: String, retryable: Bool? = nil, retryAfterSeconds: Int? = nil) {
        self.type = type
        self.detail = detail
        self.retryable = retryable
        self.retryAfterSeconds = retryAfterSeconds
        faults = []
    }

    /// The document as JSON, with a line feed at its end.
    package var document: [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.name("type")
        json.string(type.reference)
        json.name("title")
        json.string(type.title)
        json.name("status")
        json.integer(type.status)
        json.name("detail")
        json.string(detail)
        json.optional("id", id?.text)
        json.optional("method", method)
        json.optional("outcome", outcome?.rawValue)
        if let retryable {
            json.name("retryable")
            json.bool(retryable)
        }
        json.optional("request_id", idempotencyID)
        if let top {
            json.name("top")
            top.write(to: &json)
        }
        if let suggestions {
            json.name("suggestions")
            json.beginArray()
            for suggestion in suggestions { json.string(suggestion) }
            json.endArray()
        }
        if !faults.isEmpty { Self.write(faults, to: &json) }
        json.endObject()
        json.endLine()
        return json.bytes
    }

    private static func write(_ faults: [Fault], to json: inout JSONWriter) {
        json.name("errors")
        json.beginArray()
        for fault in faults {
            json.beginObject()
            json.name("pointer")
            json.string(fault.pointer)
            json.name("code")
            json.string(fault.code.rawValue)
            json.name("detail")
            json.string(fault.detail)
            json.endObject()
        }
        json.endArray()
    }

    /// The document as a reply with its headers.
    package var reply: Reply {
        var headers = [("Content-Type", "application/problem+json")]
        if let id { headers.append((Reply.callID, id.text)) }
        if let outcome { headers.append((Reply.outcome, outcome.rawValue)) }
        if let retryAfterSeconds { headers.append(("Retry-After", String(retryAfterSeconds))) }
        if let allow { headers.append(("Allow", allow)) }
        if let shownRequestID { headers.append(("X-Request-Id", shownRequestID)) }
        if type == .unauthenticated { headers.append(("WWW-Authenticate", "Bearer realm=\"toprelay\"")) }
        return Reply(status: type.status, headers: headers, body: document)
    }
}

extension TOPError {
    /// Writes the error as an object: the member `top` of problems.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("code")
        json.string(code)
        json.optional("msg", message)
        json.optional("sub_code", subCode)
        json.optional("sub_msg", subMessage)
        json.optional("request_id", topRequestID)
        json.endObject()
    }
}

extension JSONWriter {
    /// Writes a member unless its value is nil.
    package mutating func optional(_ name: String, _ value: String?) {
        guard let value else { return }
        self.name(name)
        string(value)
    }

    /// Writes a member, as null if its value is nil.
    package mutating func nullable(_ name: String, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }
}

extension Problem {
    /// The problem for a trail that cannot be read now.
    package static var unreadableTrail: Problem {
        Problem(
            .auditUnavailable, "The audit trail cannot be read now. Try again soon.", retryable: true,
            retryAfterSeconds: 1)
    }
}

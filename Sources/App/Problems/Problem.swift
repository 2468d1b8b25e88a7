package import Audit
package import Catalog
package import JSON
package import TOP

/// Why a request did not get a 200, as a problem document (RFC 9457).
package struct Problem: Error, Sendable {
    /// The kind; gives status, type and title.
    package var type: ProblemType
    /// What happened to this request, with which value, and what to do. Never a secret.
    package var detail: String
    /// The call, once it has an id.
    package var id: CallID?
    /// The TOP method.
    package var method: String?
    /// Only once the intent is committed.
    package var outcome: Outcome?
    /// Whether repeating cannot do the thing twice.
    package var retryable: Bool?
    /// TOP's own words, masked.
    package var top: TOPError?
    /// The method's idempotency id.
    package var requestID: String?
    /// Every fault of the parameters.
    package var faults: [Fault]
    /// Seconds for Retry-After.
    package var retryAfterSeconds: Int?
    /// The methods that the path allows, for 405.
    package var allow: String?

    /// A problem of a kind; the rest is set by who knows it.
    package init(_ type: ProblemType, _ detail: String, retryable: Bool? = nil, retryAfterSeconds: Int? = nil) {
        self.type = type
        self.detail = detail
        self.retryable = retryable
        self.retryAfterSeconds = retryAfterSeconds
        faults = []
    }

    /// The document as bytes of JSON.
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
        json.optional("request_id", requestID)
        if let top {
            json.name("top")
            top.write(to: &json)
        }
        if !faults.isEmpty { Self.write(faults, to: &json) }
        json.endObject()
        return json.bytes
    }

    private static func write(_ faults: [Fault], to json: inout JSONWriter) {
        json.name("errors")
        json.beginArray()
        for fault in faults {
            json.beginObject()
            json.name("pointer")
            json.string(fault.pointer)
            json.name("detail")
            json.string(fault.detail)
            json.endObject()
        }
        json.endArray()
    }

    /// The document as a reply, with its headers.
    package var reply: Reply {
        var headers = [("Content-Type", "application/problem+json")]
        if let retryAfterSeconds { headers.append(("Retry-After", String(retryAfterSeconds))) }
        if let allow { headers.append(("Allow", allow)) }
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
        json.optional("request_id", requestID)
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

    /// Writes a member, as null without a value.
    package mutating func nullable(_ name: String, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }
}

extension Problem {
    /// PostgreSQL does not answer a question about the trail.
    package static var unreadableTrail: Problem {
        Problem(
            .auditUnavailable, "The audit trail cannot be read now. Try again soon.", retryable: true,
            retryAfterSeconds: 1)
    }
}

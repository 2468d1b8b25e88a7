package import JSON
import Postgres
import TOP
import Time

/// A request that never became a call, and the reason.
package struct RejectedRequest: Sendable, Equatable {
    /// The maximum number of stored pointers.
    package static let maximumPointers = 20
    /// The maximum number of stored errors.
    package static let maximumErrors = 5

    /// One error of the request's problem document.
    package struct RequestError: Sendable, Equatable {
        /// Where the request was wrong.
        package var pointer: String
        /// The kind of the error; nil if it has none.
        package var code: String?
        /// What was expected, masked.
        package var detail: String

        /// Makes an error.
        package init(pointer: String, code: String? = nil, detail: String) {
            self.pointer = pointer
            self.code = code
            self.detail = detail
        }
    }

    /// Its number in the trail; nil before it is stored.
    package var id: Int64?
    /// When it was rejected, in RFC 3339 and UTC.
    package var at: String
    /// The name of the caller's token; nil if the caller is unknown.
    package var caller: String?
    /// The TOP method of the request.
    package var method: String
    /// The value of `Top-App`.
    package var app: String?
    /// The value of `Top-Seller`.
    package var seller: String?
    /// The HTTP status of the response.
    package var status: Int
    /// The problem's type.
    package var type: String
    /// The detail of the problem document, masked; nil for requests that an earlier release stored.
    package var detail: String?
    /// Where the request was wrong: places, never values.
    package var pointers: [String]
    /// The first errors of the problem document, masked.
    package var errors: [RequestError] = []
    /// The values of `Top-Ref`.
    package var refs: [String]
    /// The value of `X-Request-Id`.
    package var clientRequestID: String?
    /// The method's idempotency id.
    package var idempotencyID: String?
    /// The trace id of `traceparent`.
    package var traceID: String?
    /// The `X-Request-Id` of the reply, if the caller gave none.
    package var relayRequestID: String?

    /// Makes a rejected request of an instant, in milliseconds since 1970.
    package init(
        atMilliseconds: Int64, caller: String?, method: String, status: Int, type: String, pointers: [String]
    ) {
        at = RFC3339.text(epochMilliseconds: atMilliseconds)
        self.caller = caller
        self.method = method
        self.status = status
        self.type = type
        self.pointers = Array(pointers.prefix(Self.maximumPointers))
        refs = []
    }

    static let columns = """
        id, \(WhereBuilder.rfc3339("at")) AS at_text, caller, method, app, seller, status, type, detail, errors, \
        array_to_json(pointers)::text AS pointers, array_to_json(refs)::text AS refs, client_request_id, request_id, \
        trace_id, relay_request_id::text AS relay_request_id
        """

    init(_ row: Row) {
        id = row["id"].integer
        at = row["at_text"].text ?? ""
        caller = row["caller"].text
        method = row["method"].text ?? ""
        app = row["app"].text
        seller = row["seller"].text
        status = Int(row["status"].integer ?? 0)
        type = row["type"].text ?? ""
        detail = row["detail"].text
        errors = Self.elements(row["errors"].text) { error in
            RequestError(
                pointer: error["pointer"]?.string ?? "", code: error["code"]?.string,
                detail: error["detail"]?.string ?? "")
        }
        pointers = Self.elements(row["pointers"].text) { $0.string }
        refs = Self.elements(row["refs"].text) { $0.string }
        clientRequestID = row["client_request_id"].text
        idempotencyID = row["request_id"].text
        traceID = row["trace_id"].text
        relayRequestID = row["relay_request_id"].text
    }

    private static func elements<Element>(_ json: String?, _ read: (JSONValue) -> Element?) -> [Element] {
        guard let json, let document = try? JSONDocument(Array(json.utf8)) else { return [] }
        return document.root.elements.compactMap(read)
    }

    /// Writes the request as an object of `GET /v1/audit/refusals`. `extra` adds members at its end.
    package func write(to json: inout JSONWriter, extra: (inout JSONWriter) -> Void = { _ in }) {
        json.beginObject()
        if let id {
            json.name("id")
            json.string(String(id))
        }
        for (name, value) in [
            ("at", at), ("caller", caller), ("method", method), ("app", app), ("seller", seller), ("type", type),
            ("detail", detail), ("client_request_id", clientRequestID), ("request_id", idempotencyID),
            ("trace_id", traceID), ("relay_request_id", relayRequestID),
        ] {
            json.name(name)
            if let value { json.string(value) } else { json.null() }
        }
        json.name("status")
        json.integer(status)
        for (name, values) in [("pointers", pointers), ("refs", refs)] {
            json.name(name)
            json.beginArray()
            for value in values { json.string(value) }
            json.endArray()
        }
        json.name("errors")
        json.beginArray()
        for error in errors { error.write(to: &json) }
        json.endArray()
        extra(&json)
        json.endObject()
    }

    static func array(_ refusals: [RejectedRequest]) -> String {
        var json = JSONWriter(capacity: refusals.count * 512)
        json.beginArray()
        for refusal in refusals { refusal.write(to: &json) }
        json.endArray()
        // PostgreSQL cannot store NUL in a text. A pointer may have one, from a name in the caller's JSON.
        return String(decoding: json.bytes, as: UTF8.self).replacing("\\u0000", with: "")
    }
}

extension RejectedRequest.RequestError {
    /// Writes the error as an object.
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("pointer")
        json.string(pointer)
        if let code {
            json.name("code")
            json.string(code)
        }
        json.name("detail")
        json.string(detail)
        json.endObject()
    }
}

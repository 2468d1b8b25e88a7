import Audit

/// JSON Schemas of the audit API's requests and responses, for the OpenAPI document.
package enum AuditSchemas {
    /// Every schema with its name among the document's components.
    package static let all: [(name: String, schema: String)] = [
        ("Call", call), ("Opening", opening), ("Calls", calls), ("CallPagination", callPagination),
        ("NewNote", newNote),
        ("Note", note), ("Settlement", settlement), ("Refusal", refusal),
        ("RefusalError", refusalError), ("Refusals", refusals),
        ("RefusalPagination", refusalPagination), ("Stats", stats), ("StatsRow", statsRow),
        ("StatsBucket", enumeration(StatsQuery.Bucket.self)),
        ("StatsDimension", enumeration(StatsQuery.Dimension.self)),
        ("Trace", trace), ("TraceEvent", traceEvent),
        ("TraceKind", #"{"type": "string", "enum": ["call", "refusal"]}"#), ("TraceSummary", traceSummary),
        ("NewErasure", newErasure), ("Erasure", erasure),
        ("UnmaskReason", unmaskReason), ("UnmaskedRequest", unmaskedRequest),
    ]

    private static let callMembers = ##"""
        "id": {"$ref": "#/components/schemas/CallID"},
        "at": {"type": "string", "format": "date-time", "description": "When the call arrived; UTC, milliseconds."},
        "method": {"type": "string"}, "app": {"type": "string"}, "seller": {"type": ["string", "null"]},
        "caller": {"type": "string"}, "outcome": {"$ref": "#/components/schemas/Outcome"},
        "status": {"type": ["integer", "null"], "description": "The HTTP status of the response."},
        "duration_ms": {"type": ["number", "null"]}, "top_ms": {"type": ["number", "null"]},
        "audit_ms": {"type": ["number", "null"], "description": "How long the call waited for the commit of its intent."},
        "finished_at": {"type": ["string", "null"], "format": "date-time"},
        "reconciled": {"type": "boolean", "description": "Always `true`; there where the call was closed because its replica left no result."},
        "top_request_id": {"type": ["string", "null"]}, "request_id": {"type": ["string", "null"]},
        "client_request_id": {"type": ["string", "null"]}, "code": {"type": ["string", "null"]},
        "sub_code": {"type": ["string", "null"]}, "message": {"type": ["string", "null"]},
        "refs": {"type": "array", "items": {"type": "string"}}, "attempts": {"type": ["integer", "null"]},
        "request_bytes": {"type": ["integer", "null"]}, "response_bytes": {"type": ["integer", "null"]},
        "retryable": {"type": ["boolean", "null"]},
        "trace_id": {"type": ["string", "null"], "description": "The trace id of the caller's traceparent."},
        "judged": {"type": "boolean", "description": "Always `false`; there where nothing in the response told success."},
        "repeat_of": {"type": "string", "format": "uuid", "description": "The call that this one repeats, because TOP refused the session key and the relay refreshed it."},
        "erased_at": {"type": "string", "format": "date-time", "description": "When an erasure removed the bodies."},
        "keys_truncated": {"type": "boolean", "description": "Always `true`: the call touched more things than its business keys tell."}
        """##

    private static let required = #""required": ["id", "at", "method", "app", "caller", "outcome", "refs"]"#

    private static let call = ##"""
        {"description": "A call in the audit trail.", "type": "object", \##(required), "properties": {\##(callMembers),
        "settled": \##(nullableSettlement),
        "notes": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}},
        "request": {"type": ["string", "null"], "description": "The business parameters as sent, masked."},
        "request_truncated": {"type": "boolean", "description": "Whether the request is cut."},
        "response": {"type": ["string", "null"], "description": "TOP's answer, masked."},
        "response_truncated": {"type": "boolean", "description": "Whether the answer is cut."},
        "openings": {"type": "array", "description": "Of one call: who has opened the full request.",
          "items": {"$ref": "#/components/schemas/Opening"}}}}
        """##

    private static let opening = #"""
        {"description": "A reading of the full request.", "type": "object", "properties": {
          "at": {"type": "string", "format": "date-time"}, "opener": {"type": "string"}, "reason": {"type": "string"}}}
        """#

    private static let calls = ##"""
        {"type": "object", "required": ["data", "pagination"], "properties": {
          "data": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
          "pagination": {"$ref": "#/components/schemas/CallPagination"}}}
        """##

    private static let callPagination = #"""
        {"type": "object", "required": ["limit", "next", "prev", "scanned_until"], "properties": {
          "limit": {"type": "integer"}, "next": {"type": ["string", "null"]}, "prev": {"type": ["string", "null"]},
          "scanned_until": {"type": ["string", "null"], "format": "date-time",
            "description": "The search's time was over before the page was full; `next` goes on from here."}}}
        """#

    private static let newNote = ##"""
        {"description": "A note to add.", "type": "object", "required": ["text"], "additionalProperties": false,
        "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 2000},
          "settles": \##(nullableSettlement)}}
        """##

    private static let note = ##"""
        {"description": "A person's note about a call. Notes never change.", "type": "object",
        "required": ["at", "author", "settles", "text"], "properties": {"at": {"type": "string", "format": "date-time"},
          "author": {"type": "string", "description": "The name of the author's token."},
          "settles": \##(nullableSettlement), "text": {"type": "string"}}}
        """##

    private static let settlement = #"""
        {"type": "string", "enum": ["done", "not_done"],
         "description": "What became of a call whose outcome is unknown, as the last note that settles it says."}
        """#

    private static let nullableSettlement =
        ##"{"anyOf": [{"$ref": "#/components/schemas/Settlement"}, {"type": "null"}]}"##

    private static let refusal = ##"""
        {"description": "A request that never became a call: places (`pointers`), never values.", "type": "object",
        "required": ["id", "at", "caller", "method", "app", "seller", "type", "detail", "client_request_id", "request_id",
          "trace_id", "relay_request_id", "status", "pointers", "refs", "errors"],
        "properties": {"id": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
          "caller": {"type": ["string", "null"], "description": "The name of the token; null if the caller is unknown."},
          "method": {"type": "string"}, "app": {"type": ["string", "null"]}, "seller": {"type": ["string", "null"]},
          "type": {"type": "string"}, "client_request_id": {"type": ["string", "null"]}, "status": {"type": "integer"},
          "detail": {"type": ["string", "null"], "description": "What the caller was told, masked."},
          "request_id": {"type": ["string", "null"], "description": "The method's idempotency id."},
          "trace_id": {"type": ["string", "null"]},
          "relay_request_id": {"type": ["string", "null"],
            "description": "The X-Request-Id of the reply, if the caller gave none."},
          "pointers": {"type": "array", "items": {"type": "string", "format": "json-pointer"}},
          "refs": {"type": "array", "items": {"type": "string"}},
          "errors": {"type": "array", "maxItems": 5, "description": "The first errors of the problem document.",
            "items": {"$ref": "#/components/schemas/RefusalError"}}}}
        """##

    private static let refusalError = #"""
        {"description": "An error of a rejected request.", "type": "object", "required": ["pointer", "detail"],
        "properties": {"pointer": {"type": "string", "format": "json-pointer"},
          "code": {"type": "string", "description": "The kind of the error."}, "detail": {"type": "string"}}}
        """#

    private static let refusals = ##"""
        {"type": "object", "required": ["data", "pagination"], "properties": {
          "data": {"type": "array", "items": {"$ref": "#/components/schemas/Refusal"}},
          "pagination": {"$ref": "#/components/schemas/RefusalPagination"}}}
        """##

    private static let refusalPagination = #"""
        {"type": "object", "required": ["limit", "next"], "properties": {
          "limit": {"type": "integer"}, "next": {"type": ["string", "null"]}}}
        """#

    private static let trace = ##"""
        {"type": "object", "required": ["data", "summary"], "properties": {
          "data": {"type": "array", "maxItems": 500, "items": {"$ref": "#/components/schemas/TraceEvent"}},
          "summary": {"$ref": "#/components/schemas/TraceSummary"}}}
        """##

    private static let traceEvent = ##"""
        {"description": "A call (schema Call) or a rejected request (schema Refusal), with the member `kind`.",
        "type": "object", "required": ["kind", "id", "at", "method"], "additionalProperties": true, "properties": {
          "kind": {"$ref": "#/components/schemas/TraceKind"}, "id": {"type": "string"},
          "at": {"type": "string", "format": "date-time"}, "method": {"type": "string"}}}
        """##

    private static let traceSummary = #"""
        {"type": "object", "required": ["requests", "not_sent", "sent", "possibly_duplicated"],
        "additionalProperties": {"type": "integer"}, "properties": {
          "requests": {"type": "integer"},
          "not_sent": {"type": "integer", "description": "Rejected requests, and calls that were not sent."},
          "sent": {"type": "integer", "description": "The other calls. Each outcome that occurs has a member, too."},
          "possibly_duplicated": {"type": "boolean", "description": "Whether TOP may have done something twice."},
          "truncated": {"type": "boolean", "description": "Always `true`: there may be more events than these."}}}
        """#

    private static let stats = ##"""
        {"type": "object", "required": ["bucket", "dimensions", "from", "to", "data"], "properties": {
          "bucket": {"$ref": "#/components/schemas/StatsBucket"},
          "dimensions": {"type": "array", "items": {"$ref": "#/components/schemas/StatsDimension"}},
          "from": {"type": "string", "format": "date-time"}, "to": {"type": "string", "format": "date-time"},
          "data": {"type": "array", "items": {"$ref": "#/components/schemas/StatsRow"}}}}
        """##

    private static let statsRow = #"""
        {"description": "One bucket and set of values: each value under its dimension's name, null where calls have none.",
         "type": "object", "required": ["at"], "properties": {
           "at": {"type": "string", "format": "date-time"}, "count": {"type": "integer"},
           "errors": {"type": "integer"}, "error_rate": {"type": "number"}, "p50_ms": {"type": "number"},
           "p95_ms": {"type": "number"}, "p99_ms": {"type": "number"}, "request_bytes": {"type": "integer"},
           "response_bytes": {"type": "integer"}}}
        """#

    private static let newErasure = #"""
        {"description": "An erasure to make.", "type": "object", "required": ["key", "reason"], "additionalProperties": false,
        "properties": {"key": {"type": "string", "description": "The business key, NAME:VALUE."},
          "reason": {"type": "string", "minLength": 1, "maxLength": 500, "description": "The reason, which is recorded."},
          "dry_run": {"type": "boolean", "default": false, "description": "Whether to count only."}}}
        """#

    private static let erasure = #"""
        {"type": "object", "required": ["calls", "keys_truncated"], "properties": {
          "calls": {"type": "integer", "description": "The calls with the key."},
          "keys_truncated": {"type": "integer",
            "description": "Other calls whose lists of keys are cut. They may have the key, too."}}}
        """#

    private static let unmaskReason = #"""
        {"type": "object", "required": ["reason"], "additionalProperties": false, "properties": {
          "reason": {"type": "string", "minLength": 1, "maxLength": 500, "description": "The reason; shown with the call."}}}
        """#

    private static let unmaskedRequest = ##"""
        {"type": "object", "required": ["id", "method", "parameters"], "properties": {
          "id": {"$ref": "#/components/schemas/CallID"}, "method": {"type": "string"},
          "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
          "files": {"type": "object", "additionalProperties": {"type": "integer"},
            "description": "Names and sizes in bytes of files. Their content is not kept."}}}
        """##

    /// Every word of a type.
    private static func enumeration<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> String {
        #"{"type": "string", "enum": [\#(type.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))]}"#
    }
}

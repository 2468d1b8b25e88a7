import Audit

/// JSON Schemas of the audit API's requests and responses, for the OpenAPI document.
package enum AuditSchemas {
    /// Every schema with its name among the document's components.
    package static let all: [(name: String, schema: String)] = [
        ("Call", call), ("Calls", calls), ("NewNote", newNote), ("Note", note), ("Refusal", refusal),
        ("Refusals", refusals), ("Stats", stats), ("UnmaskReason", unmaskReason), ("UnmaskedRequest", unmaskedRequest),
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
        "reconciled": {"const": true, "description": "Present if the call was closed because its replica left no result."},
        "top_request_id": {"type": ["string", "null"]}, "request_id": {"type": ["string", "null"]},
        "client_request_id": {"type": ["string", "null"]}, "code": {"type": ["string", "null"]},
        "sub_code": {"type": ["string", "null"]}, "message": {"type": ["string", "null"]},
        "refs": {"type": "array", "items": {"type": "string"}}, "attempts": {"type": ["integer", "null"]},
        "request_bytes": {"type": ["integer", "null"]}, "response_bytes": {"type": ["integer", "null"]},
        "retryable": {"type": ["boolean", "null"]},
        "keys_truncated": {"const": true, "description": "The call has more business keys than the trail stores."}
        """##

    private static let required = #""required": ["id", "at", "method", "app", "caller", "outcome", "refs"]"#

    private static let call = ##"""
        {"description": "A call in the audit trail.", "type": "object", \##(required), "properties": {\##(callMembers),
        "settled": {"enum": ["done", "not_done", null], "description": "What the last note that settles the call states."},
        "notes": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}},
        "request": {"type": ["string", "null"], "description": "The business parameters as sent, masked."},
        "request_truncated": {"type": "boolean", "description": "Whether the request is truncated."},
        "response": {"type": ["string", "null"], "description": "TOP's response, masked."},
        "response_truncated": {"type": "boolean", "description": "Whether the response is truncated."},
        "openings": {"type": "array", "description": "Only with one call: who has unmasked the full request.", "items": {"type": "object",
          "properties": {"at": {"type": "string", "format": "date-time"}, "opener": {"type": "string"}, "reason": {"type": "string"}}}}}}
        """##

    private static let calls = ##"""
        {"type": "object", "required": ["data", "pagination"], "properties": {
          "data": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
          "pagination": {"type": "object", "required": ["limit", "next", "prev", "scanned_until"], "properties": {
            "limit": {"type": "integer"}, "next": {"type": ["string", "null"]}, "prev": {"type": ["string", "null"]},
            "scanned_until": {"type": ["string", "null"], "format": "date-time",
              "description": "The search reached its time limit before the page was full; `next` continues from here."}}}}}
        """##

    private static let newNote = ##"""
        {"description": "A note to add.", "type": "object", "required": ["text"], "additionalProperties": false,
        "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 2000},
          "settles": {"enum": ["done", "not_done", null], "description": "What became of a call whose outcome is unknown."}}}
        """##

    private static let note = ##"""
        {"description": "A person's note about a call. Notes never change.", "type": "object",
        "required": ["at", "author", "settles", "text"], "properties": {"at": {"type": "string", "format": "date-time"},
          "author": {"type": "string", "description": "The name of the author's token."},
          "settles": {"enum": ["done", "not_done", null]}, "text": {"type": "string"}}}
        """##

    private static let refusal = ##"""
        {"description": "A request that never became a call: places (`pointers`), never values.", "type": "object",
        "required": ["id", "at", "caller", "method", "app", "seller", "type", "client_request_id", "status", "pointers", "refs"],
        "properties": {"id": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
          "caller": {"type": ["string", "null"], "description": "The name of the token; null if the caller is unknown."},
          "method": {"type": "string"}, "app": {"type": ["string", "null"]}, "seller": {"type": ["string", "null"]},
          "type": {"type": "string"}, "client_request_id": {"type": ["string", "null"]}, "status": {"type": "integer"},
          "pointers": {"type": "array", "items": {"type": "string", "format": "json-pointer"}},
          "refs": {"type": "array", "items": {"type": "string"}}}}
        """##

    private static let refusals = ##"""
        {"type": "object", "required": ["data", "pagination"], "properties": {
          "data": {"type": "array", "items": {"$ref": "#/components/schemas/Refusal"}},
          "pagination": {"type": "object", "required": ["limit", "next"], "properties": {
            "limit": {"type": "integer"}, "next": {"type": ["string", "null"]}}}}}
        """##

    private static let stats = ##"""
        {"type": "object", "required": ["bucket", "dimensions", "from", "to", "data"], "properties": {
          "bucket": {"enum": [\##(words(StatsQuery.Bucket.self))]},
          "dimensions": {"type": "array", "items": {"enum": [\##(words(StatsQuery.Dimension.self))]}},
          "from": {"type": "string", "format": "date-time"}, "to": {"type": "string", "format": "date-time"},
          "data": {"type": "array", "items": {"type": "object", "required": ["at"],
            "description": "One bucket and group. Each value has its dimension's name; it is null if the calls have none.",
            "properties": {"at": {"type": "string", "format": "date-time"}, "count": {"type": "integer"},
              "errors": {"type": "integer"}, "error_rate": {"type": "number"}, "p50_ms": {"type": "number"},
              "p95_ms": {"type": "number"}, "p99_ms": {"type": "number"}, "request_bytes": {"type": "integer"},
              "response_bytes": {"type": "integer"}}}}}}
        """##

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

    /// All values of a type as the elements of a JSON array.
    private static func words<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> String {
        type.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    }
}

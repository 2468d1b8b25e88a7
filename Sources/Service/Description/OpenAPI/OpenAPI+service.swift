import JSON

/// The paths that belong to no method: the audit trail, and what operators ask.
extension JSONWriter {
    mutating func servicePaths(statuses: [Int]) {
        for reading in OpenAPI.readings + OpenAPI.auditing { path(reading, statuses) }
        unmaskPath(statuses: statuses)
        for probe in OpenAPI.probes { path(probe, statuses) }
    }

    private mutating func path(_ operation: OpenAPI.Operation, _ statuses: [Int]) {
        name(operation.path)
        beginObject()
        name(operation.verb)
        beginObject()
        member("operationId", operation.id)
        json("tags", operation.isPublic ? #"["operation"]"# : #"["audit"]"#)
        member("summary", operation.summary)
        if operation.isPublic { json("security", "[]") }
        json("parameters", operation.parameters)
        if let body = operation.body { json("requestBody", body) }
        name("responses")
        beginObject()
        for (status, text) in operation.answers {
            name(status)
            beginObject()
            member("description", text)
            name("content")
            beginObject()
            name(operation.mediaType)
            beginObject()
            json("schema", operation.schema)
            for _ in 0..<3 { endObject() }
        }
        problems(statuses.filter { status in !operation.answers.contains { $0.status == String(status) } })
        for _ in 0..<3 { endObject() }
    }
}

extension OpenAPI {
    /// An operation that belongs to no method.
    struct Operation: Sendable {
        let path: String
        var verb = "get"
        let id: String
        let summary: String
        var parameters = "[]"
        var body: String?
        var answers: [(status: String, text: String)] = [("200", "Found.")]
        var mediaType = "application/json"
        let schema: String
        var isPublic = false
    }

    static let readings = [
        Operation(
            path: "/v1/calls/{id}", id: "ownCall",
            summary: "One of the caller's own calls, as its answer said it or as it stands now (scope relay)",
            parameters: ##"[{"$ref": "#/components/parameters/ID"}, {"$ref": "#/components/parameters/RequestID"}]"##,
            schema: ##"{"$ref": "#/components/schemas/OwnCall"}"##),
        Operation(
            path: "/v1/audit/calls", id: "listCalls", summary: "Everybody's calls, newest first (scope audit:read)",
            parameters: listParameters, schema: ##"{"$ref": "#/components/schemas/Calls"}"##),
        Operation(
            path: "/v1/audit/export", id: "exportCalls",
            summary: "Everybody's calls as a file: a JSON object a line, or CSV (scope audit:read)",
            parameters: exportParameters, mediaType: "application/x-ndjson", schema: #"{"type": "string"}"#),
        Operation(
            path: "/v1/audit/calls/{id}", id: "auditCall", summary: "One call (scope audit:read)",
            parameters: ##"""
                [{"$ref": "#/components/parameters/ID"}, {"$ref": "#/components/parameters/Include"}, \##
                {"$ref": "#/components/parameters/RequestID"}]
                """##,
            schema: ##"{"$ref": "#/components/schemas/Call"}"##),
    ]

    static let probes = [
        Operation(
            path: "/livez", id: "live", summary: "Whether the process runs", answers: [("200", "It does.")],
            mediaType: "text/plain", schema: #"{"type": "string"}"#, isPublic: true),
        Operation(
            path: "/readyz", id: "ready", summary: "Whether the replica takes calls",
            answers: [("200", "It does."), ("503", "It does not; `checks` says why.")],
            schema: ##"{"$ref": "#/components/schemas/Readiness"}"##, isPublic: true),
        Operation(
            path: "/metrics", id: "metrics", summary: "Prometheus metrics", answers: [("200", "Text format 0.0.4.")],
            mediaType: "text/plain", schema: #"{"type": "string"}"#, isPublic: true),
        Operation(
            path: "/openapi.json", id: "openAPI", summary: "This document", answers: [("200", "OpenAPI 3.1.")],
            schema: #"{"type": "object"}"#, isPublic: true),
        Operation(
            path: "/docs", id: "docs", summary: "A page on which to find a method",
            answers: [("200", "HTML.")], mediaType: "text/html", schema: #"{"type": "string"}"#, isPublic: true),
        Operation(
            path: "/console", id: "console", summary: "A page on which to search the audit trail",
            answers: [("200", "HTML.")], mediaType: "text/html", schema: #"{"type": "string"}"#, isPublic: true),
    ]

    static let listParameters = ##"""
        [
        \##(filterParameters)
          {"name": "limit", "in": "query", 
            "schema": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}, {"const": ""}]}},
          {"name": "cursor", "in": "query", "schema": {"type": "string"},
            "description": "A value of `pagination.next` or `pagination.prev`."},
          {"$ref": "#/components/parameters/Include"},
          {"$ref": "#/components/parameters/RequestID"}
        ]
        """##

    static let exportParameters = ##"""
        [
        \##(filterParameters)
          {"name": "format", "in": "query", "schema": {"enum": ["ndjson", "csv", ""], "default": "ndjson"}},
          {"name": "limit", "in": "query", "description": "The most calls; all when absent.",
            "schema": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000000000}, {"const": ""}]}},
          {"$ref": "#/components/parameters/Include"},
          {"$ref": "#/components/parameters/RequestID"}
        ]
        """##

    private static let filterParameters = ##"""
          {"name": "from", "in": "query", "description": "Inclusive, RFC 3339.",
            "schema": {"type": "string", "format": "date-time"}},
          {"name": "to", "in": "query", "description": "Exclusive, RFC 3339.",
            "schema": {"type": "string", "format": "date-time"}},
          {"name": "method", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "A method, or a glob with `*`."},
          {"name": "outcome", "in": "query", "schema": {"$ref": "#/components/schemas/Outcome"}},
          {"name": "app", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}},
          {"name": "seller", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}},
          {"name": "caller", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"},
            "description": "The name of a token."},
          {"name": "status", "in": "query", "description": "The HTTP status that was given.",
            "schema": {"type": "integer", "minimum": 100, "maximum": 599}},
          {"name": "code", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "TOP's code, or the transport's."},
          {"name": "sub_code", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "TOP's sub_code."},
          {"name": "top_request_id", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "TOP's id of the call."},
          {"name": "client_request_id", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "The caller's X-Request-Id."},
          {"name": "min_duration_ms", "in": "query", "description": "The least milliseconds that the call took.",
            "schema": {"type": "integer", "minimum": 0, "maximum": 86400000}},
          {"name": "key", "in": "query", "schema": {"type": "string", "pattern": "^[^\\x00:]+:[^\\x00]+$"},
            "description": "`NAME:VALUE`: calls that touched this thing by the catalog's business keys, such as `channel_profile_id:1`."},
          {"name": "ref", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "A document number of the caller's."},
          {"name": "sibling_of", "in": "query", "schema": {"$ref": "#/components/schemas/CallID"},
            "description": "The id of a call: other calls that touched one of its business keys."},
          {"name": "settled", "in": "query", "schema": {"enum": ["none", "done", "not_done"]},
            "description": "What people's notes say became of the call."},
          {"name": "order", "in": "query", "schema": {"enum": ["newest", "oldest", ""], "default": "newest"}, "description": "Which calls come first."},
        """##

    private static let callMembers = ##"""
        "id": {"$ref": "#/components/schemas/CallID"},
        "at": {"type": "string", "format": "date-time", "description": "When the call arrived; UTC, milliseconds."},
        "method": {"type": "string"}, "app": {"type": "string"}, "seller": {"type": ["string", "null"]},
        "caller": {"type": "string"}, "outcome": {"$ref": "#/components/schemas/Outcome"},
        "status": {"type": ["integer", "null"], "description": "The HTTP status that was given."},
        "duration_ms": {"type": ["number", "null"]}, "top_ms": {"type": ["number", "null"]},
        "audit_ms": {"type": ["number", "null"], "description": "The wait for the intent to be durable."},
        "finished_at": {"type": ["string", "null"], "format": "date-time"},
        "reconciled": {"const": true, "description": "There where the call was closed because its replica left no result."},
        "top_request_id": {"type": ["string", "null"]}, "request_id": {"type": ["string", "null"]},
        "client_request_id": {"type": ["string", "null"]}, "code": {"type": ["string", "null"]},
        "sub_code": {"type": ["string", "null"]}, "message": {"type": ["string", "null"]},
        "refs": {"type": "array", "items": {"type": "string"}}, "attempts": {"type": ["integer", "null"]},
        "request_bytes": {"type": ["integer", "null"]}, "response_bytes": {"type": ["integer", "null"]},
        "retryable": {"type": ["boolean", "null"]},
        "keys_truncated": {"const": true, "description": "The call touched more things than its business keys tell."}
        """##

    private static let required = #""required": ["id", "at", "method", "app", "caller", "outcome", "refs"]"#

    static let call = ##"""
        {"description": "A call in the audit trail.", "type": "object", \##(required), "properties": {\##(callMembers),
        "settled": {"enum": ["done", "not_done", null], "description": "What the last note that settles the call says."},
        "notes": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}},
        "request": {"type": ["string", "null"], "description": "The business parameters as sent, masked."},
        "request_truncated": {"type": "boolean", "description": "Whether the request is cut."},
        "response": {"type": ["string", "null"], "description": "TOP's answer, masked."},
        "response_truncated": {"type": "boolean", "description": "Whether the answer is cut."},
        "openings": {"type": "array", "description": "Of one call: who has opened the full request.", "items": {"type": "object",
          "properties": {"at": {"type": "string", "format": "date-time"}, "opener": {"type": "string"}, "reason": {"type": "string"}}}}}}
        """##

    static let ownCall = ##"""
        {"description": "A caller's own call: the members of its first answer, a result or a problem document, with values as the trail keeps them, masked. \##
        Of a call that has not ended, whose outcome is `open`, only what is known.",
        "type": "object", "required": ["id", "method", "outcome"], "properties": {
        "type": {"type": "string"}, \##(problemMembers.filter { $0.0 != "errors" }.map { #""\#($0.0)": \#($0.1)"# }.joined(separator: ", ")),
        "top_request_id": {"type": "string", "description": "TOP's id of the call."},
        "result": {"type": "object", "description": "The result, while the answer is kept."}}}
        """##

    static let calls = ##"""
        {"type": "object", "required": ["data", "pagination"], "properties": {
          "data": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
          "pagination": {"type": "object", "required": ["limit", "next", "prev", "scanned_until"], "properties": {
            "limit": {"type": "integer"}, "next": {"type": ["string", "null"]}, "prev": {"type": ["string", "null"]},
            "scanned_until": {"type": ["string", "null"], "format": "date-time",
              "description": "The search's time was over before the page was full; `next` goes on from here."}}}}}
        """##

    static let readiness = ##"""
        {"type": "object", "required": ["status", "checks"], "properties": {
          "status": {"enum": ["ready", "unavailable"]},
          "checks": {"type": "object", "additionalProperties": {"type": "string"}}}}
        """##
}

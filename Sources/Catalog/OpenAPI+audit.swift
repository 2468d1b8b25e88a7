/// What people add to the audit trail, what never became a call, and figures.
extension OpenAPI {
    static let auditing = [
        Operation(
            path: "/v1/audit/calls/{id}/notes", verb: "post", id: "addNote",
            summary: "Adds a note to a call, under the token's name (scope audit:read)",
            parameters: ##"[{"$ref": "#/components/parameters/ID"}, {"$ref": "#/components/parameters/RequestID"}]"##,
            body: ##"""
                {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewNote"},
                "examples": {"settles": {"value": {"text": "Found the card in the shop's list.", "settles": "done"}}}}}}
                """##,
            answers: [("201", "Added.")], schema: ##"{"$ref": "#/components/schemas/Note"}"##),
        Operation(
            path: "/v1/audit/refusals", id: "listRefusals",
            summary: "Requests that never became calls, newest first, of the last 7 days (scope audit:read)",
            parameters: refusalParameters, schema: ##"{"$ref": "#/components/schemas/Refusals"}"##),
        Operation(
            path: "/v1/audit/stats", id: "stats", summary: "Figures of calls that have ended (scope audit:read)",
            parameters: statsParameters, schema: ##"{"$ref": "#/components/schemas/Stats"}"##),
    ]

    static let auditSchemas = [
        ("NewNote", newNote), ("Note", note), ("Refusal", refusal), ("Refusals", refusals), ("Stats", stats),
    ]

    private static let ends = ##"""
        {"name": "from", "in": "query", "description": "Inclusive, RFC 3339.",
          "schema": {"anyOf": [{"type": "string", "format": "date-time"}, {"const": ""}]}},
        {"name": "to", "in": "query", "description": "Exclusive, RFC 3339.",
          "schema": {"anyOf": [{"type": "string", "format": "date-time"}, {"const": ""}]}}
        """##

    private static let refusalParameters = ##"""
        [
          \##(ends),
          {"name": "caller", "in": "query", "schema": {"type": "string", "pattern": "^[^\\x00]*$"},
            "description": "The name of a token."},
          {"name": "method", "in": "query", "schema": {"type": "string", "pattern": "^[^\\x00]*$"},
            "description": "The TOP method that was asked for."},
          {"name": "type", "in": "query", "schema": {"type": "string", "pattern": "^[^\\x00]*$"},
            "description": "The problem's type, such as `invalid-parameters`."},
          {"name": "ref", "in": "query", "schema": {"type": "string", "pattern": "^[^\\x00]*$"},
            "description": "A document number of the caller's."},
          {"name": "limit", "in": "query",
            "schema": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}, {"const": ""}]}},
          {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "A value of `pagination.next`."},
          {"$ref": "#/components/parameters/RequestID"}
        ]
        """##

    private static let statsParameters = ##"""
        [
          \##(ends),
          {"name": "bucket", "in": "query", "description": "The length of a bucket; `1d` is a GMT+8 day.",
            "schema": {"enum": ["1m", "5m", "15m", "1h", "1d", ""], "default": "1h"}},
          {"name": "dimension", "in": "query", "description": "What calls are told apart by; absent: all calls together.",
            "schema": {"enum": ["method", "app", "seller", "caller", "outcome", "sub_code", ""]}},
          {"$ref": "#/components/parameters/RequestID"}
        ]
        """##

    private static let newNote = ##"""
        {"description": "A note to be added.", "type": "object", "required": ["text"], "additionalProperties": false,
        "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 2000},
          "settles": {"enum": ["done", "not_done", null], "description": "What became of a call whose outcome is unknown."}}}
        """##

    private static let note = ##"""
        {"description": "What a person said about a call. Notes are never changed.", "type": "object",
        "required": ["at", "author", "settles", "text"], "properties": {"at": {"type": "string", "format": "date-time"},
          "author": {"type": "string", "description": "The name of the author's token."},
          "settles": {"enum": ["done", "not_done", null]}, "text": {"type": "string"}}}
        """##

    private static let refusal = ##"""
        {"description": "A request that never became a call: places (`pointers`), never values.", "type": "object",
        "required": ["id", "at", "caller", "method", "app", "seller", "type", "client_request_id", "status", "pointers", "refs"],
        "properties": {"id": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
          "caller": {"type": ["string", "null"], "description": "The name of the token; null: nobody known."},
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
        {"type": "object", "required": ["bucket", "dimension", "from", "to", "data"], "properties": {
          "bucket": {"enum": ["1m", "5m", "15m", "1h", "1d"]}, "dimension": {"type": ["string", "null"]},
          "from": {"type": "string", "format": "date-time"}, "to": {"type": "string", "format": "date-time"},
          "data": {"type": "array", "items": {"type": "object", "required": ["at", "count", "errors", "error_rate"],
            "description": "One bucket; with a dimension its value stands under the dimension's name.",
            "properties": {"at": {"type": "string", "format": "date-time"}, "count": {"type": "integer"},
              "errors": {"type": "integer"}, "error_rate": {"type": "number"}, "p50_ms": {"type": "number"},
              "p95_ms": {"type": "number"}, "p99_ms": {"type": "number"}, "request_bytes": {"type": "integer"},
              "response_bytes": {"type": "integer"}}}}}}
        """##
}

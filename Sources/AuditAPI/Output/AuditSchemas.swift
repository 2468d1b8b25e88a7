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
          "schema": {"type": "string", "format": "date-time"}},
        {"name": "to", "in": "query", "description": "Exclusive, RFC 3339.",
          "schema": {"type": "string", "format": "date-time"}}
        """##

    private static let refusalParameters = ##"""
        [
          \##(ends),
          {"name": "caller", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"},
            "description": "The name of a token."},
          {"name": "method", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"},
            "description": "The TOP method that was asked for."},
          {"name": "type", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"},
            "description": "The problem's type, such as `invalid-parameters`."},
          {"name": "ref", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"},
            "description": "A document number of the caller's."},
          {"name": "limit", "in": "query",
            "schema": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}, {"const": ""}]}},
          {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "A value of `pagination.next`."},
          {"$ref": "#/components/parameters/RequestID"}
        ]
        """##

    private static let dimensions = ##"""
        "method", "app", "seller", "caller", "outcome", "sub_code"
        """##

    private static let statsParameters = ##"""
        [
          \##(ends),
          {"name": "bucket", "in": "query", "description": "The length of a bucket; `1d` is a GMT+8 day, `all` the whole stretch.",
            "schema": {"enum": ["1m", "5m", "15m", "1h", "1d", "all", ""], "default": "1h"}},
          {"name": "dimensions", "in": "query", "style": "form", "explode": false,
            "description": "What calls are told apart by; absent: all calls together.",
            "schema": {"type": "array", "uniqueItems": true, "items": {"enum": [\##(dimensions)]}}},
          {"name": "measures", "in": "query", "style": "form", "explode": false, "description": "What is said of them; absent: everything.",
            "schema": {"type": "array", "uniqueItems": true, "items":
              {"enum": ["count", "errors", "error_rate", "p50", "p95", "p99", "request_bytes", "response_bytes"]}}},
          {"name": "limit", "in": "query", "description": "Only so many sets of values, those with most calls.",
            "schema": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000}, {"const": ""}]}},
          {"name": "method", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "A method, or a glob with `*`."},
          {"name": "outcome", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "As in the list, but `open`: only calls that have ended are counted."},
          {"name": "app", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "The app that signed."},
          {"name": "seller", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "The seller's alias."},
          {"name": "caller", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "The name of a token."},
          {"name": "status", "in": "query", "description": "The HTTP status that was given.",
            "schema": {"type": "integer", "minimum": 100, "maximum": 599}},
          {"name": "code", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "TOP's code, or the transport's."},
          {"name": "sub_code", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "TOP's sub_code."},
          {"name": "top_request_id", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "TOP's id of the call."},
          {"name": "client_request_id", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "The caller's X-Request-Id."},
          {"name": "min_duration_ms", "in": "query", "description": "The least milliseconds that the call took.",
            "schema": {"type": "integer", "minimum": 0, "maximum": 86400000}},
          {"name": "key", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "A business key, as the manual says."},
          {"name": "ref", "in": "query", "schema": {"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}, "description": "A document number of the caller's."},
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
        {"type": "object", "required": ["bucket", "dimensions", "from", "to", "data"], "properties": {
          "bucket": {"enum": ["1m", "5m", "15m", "1h", "1d", "all"]},
          "dimensions": {"type": "array", "items": {"enum": [\##(dimensions)]}},
          "from": {"type": "string", "format": "date-time"}, "to": {"type": "string", "format": "date-time"},
          "data": {"type": "array", "items": {"type": "object", "required": ["at"],
            "description": "One bucket and set of values: each value under its dimension's name, null where calls have none.",
            "properties": {"at": {"type": "string", "format": "date-time"}, "count": {"type": "integer"},
              "errors": {"type": "integer"}, "error_rate": {"type": "number"}, "p50_ms": {"type": "number"},
              "p95_ms": {"type": "number"}, "p99_ms": {"type": "number"}, "request_bytes": {"type": "integer"},
              "response_bytes": {"type": "integer"}}}}}}
        """##
}

import JSON

/// What the operations share.
extension JSONWriter {
    mutating func components(_ catalog: Catalog, problems: [OpenAPI.ProblemKind], outcomes: [String]) {
        name("components")
        beginObject()
        json(
            "securitySchemes",
            #"{"token": {"type": "http", "scheme": "bearer", "description": "A token of `toprelay token create`."}}"#)
        json("parameters", OpenAPI.parameters)
        json("headers", OpenAPI.headers)
        name("schemas")
        beginObject()
        for entry in catalog.entries {
            name(entry.method)
            requestSchema(entry)
            if entry.takesFiles {
                name("\(entry.method).form")
                formSchema(entry)
            }
            name("\(entry.method).answer")
            answerSchema(entry)
        }
        json(
            "CallID", #"{"type": "string", "format": "uuid", "description": "The relay's id of the call; version 7."}"#)
        json("DryRun", OpenAPI.dryRun)
        auditSchemas(outcomes)
        problemSchema(problems)
        endObject()
        name("responses")
        beginObject()
        for status in Set(problems.map(\.status)).sorted() {
            name("Problem\(status)")
            problemResponse(problems.filter { $0.status == status })
        }
        endObject()
        endObject()
    }

    /// The responses of an operation other than 200.
    mutating func problems(_ statuses: [Int]) {
        for status in statuses { reference(String(status), "#/components/responses/Problem\(status)") }
    }

    private mutating func problemResponse(_ kinds: [OpenAPI.ProblemKind]) {
        beginObject()
        member("description", kinds.map(\.title).joined(separator: "; ") + ".")
        json("headers", OpenAPI.problemHeaders)
        name("content")
        beginObject()
        name("application/problem+json")
        beginObject()
        reference("schema", "#/components/schemas/Problem")
        name("examples")
        beginObject()
        for kind in kinds {
            name(kind.name)
            beginObject()
            name("value")
            beginObject()
            member("type", "/problems/\(kind.name)")
            member("title", kind.title)
            member("status", kind.status)
            member("detail", "What happened to this request, and what to do.")
            endObject()
            endObject()
        }
        for _ in 0..<4 { endObject() }
    }

    private mutating func problemSchema(_ kinds: [OpenAPI.ProblemKind]) {
        name("Problem")
        beginObject()
        member("description", "A problem document (RFC 9457).")
        member("type", "object")
        json("required", #"["type", "title", "status", "detail"]"#)
        name("properties")
        beginObject()
        name("type")
        beginObject()
        name("enum")
        beginArray()
        for kind in kinds { string("/problems/\(kind.name)") }
        endArray()
        endObject()
        for (name, schema) in OpenAPI.problemMembers { json(name, schema) }
        endObject()
        endObject()
    }

    private mutating func auditSchemas(_ outcomes: [String]) {
        name("Outcome")
        beginObject()
        member("type", "string")
        name("enum")
        beginArray()
        for outcome in outcomes { string(outcome) }
        endArray()
        endObject()
        json("Call", OpenAPI.call)
        json("OwnCall", OpenAPI.ownCall)
        json("Calls", OpenAPI.calls)
        for (name, schema) in OpenAPI.auditSchemas { json(name, schema) }
        json("Readiness", OpenAPI.readiness)
    }
}

/// Texts that are the same for every catalog.
extension OpenAPI {
    static let parameters = ##"""
        {
          "App": {"name": "Top-App", "in": "header", "schema": {"type": "string"},
            "description": "The app whose key and secret sign the call; left out, the method's app or the default one."},
          "Seller": {"name": "Top-Seller", "in": "header", "schema": {"type": "string"},
            "description": "The seller whose session key the call carries; left out, the app's default seller."},
          "Ref": {"name": "Top-Ref", "in": "header",
            "schema": {"type": "string", "pattern": "^[^\\x00-\\x1f\\x7f,]{0,128}(,[^\\x00-\\x1f\\x7f,]{0,128}){0,19}$"},
            "description": "The caller's own document numbers: repeated, or separated by commas; at most 20 of 128 bytes."},
          "DryRun": {"name": "Top-Dry-Run", "in": "header",
            "schema": {"type": "string", "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?$"},
            "description": "`true`: check and map only; nothing is sent."},
          "IdempotencyKey": {"name": "Idempotency-Key", "in": "header",
            "schema": {"type": "string", "pattern": "^[\\x21-\\x7E]{0,255}$"},
            "description": "The request id is derived of it if the body has none."},
          "RequestID": {"name": "X-Request-Id", "in": "header",
            "schema": {"type": "string", "pattern": "^[\\x21-\\x7E]{0,200}$"},
            "description": "The caller's id of the request; comes back in the answer and stands in the audit trail."},
          "TraceParent": {"name": "traceparent", "in": "header", "schema": {"type": "string"},
            "description": "W3C trace context; the trace id is kept in the audit trail."},
          "ID": {"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/CallID"},
            "description": "The call."},
          "Include": {"name": "include", "in": "query",
            "schema": {"type": "string", "pattern": "^((request|response)?(,(request|response)?)*)?$"},
            "description": "`request`, `response` or both, separated by a comma: the masked texts."}
        }
        """##

    static let headers = ##"""
        {
          "RequestID": {"schema": {"type": "string"}, "description": "The caller's X-Request-Id, or the call's id."},
          "ServerTiming": {"schema": {"type": "string"},
            "description": "Milliseconds: `audit` for the trail's commits, `top` for TOP, `total` for all."},
          "RetryAfter": {"schema": {"type": "integer"}, "description": "Seconds to wait before a repetition."},
          "Allow": {"schema": {"type": "string"}, "description": "The HTTP methods that the path takes."},
          "Authenticate": {"schema": {"type": "string"}, "description": "How to prove who calls."}
        }
        """##

    static let answerHeaders = ##"""
        {"X-Request-Id": {"$ref": "#/components/headers/RequestID"}, "Server-Timing": {"$ref": "#/components/headers/ServerTiming"}}
        """##

    static let problemHeaders = ##"""
        {"X-Request-Id": {"$ref": "#/components/headers/RequestID"}, "Retry-After": {"$ref": "#/components/headers/RetryAfter"},
         "Allow": {"$ref": "#/components/headers/Allow"}, "WWW-Authenticate": {"$ref": "#/components/headers/Authenticate"}}
        """##

    static let dryRun = ##"""
        {"description": "What would be sent and signed; the session and the secret are masked.",
         "type": "object", "required": ["dry_run", "method", "parameters", "base_string"],
         "properties": {
           "dry_run": {"const": true}, "method": {"type": "string"},
           "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
           "files": {"type": "object", "description": "Bytes of each file.", "additionalProperties": {"type": "integer"}},
           "base_string": {"type": "string"}, "request_id": {"type": "string"}}}
        """##

    /// The members of a problem document but `type`.
    static let problemMembers: [(String, String)] = [
        ("title", #"{"type": "string", "description": "The same for every problem of the type."}"#),
        ("status", #"{"type": "integer", "description": "The HTTP status."}"#),
        ("detail", #"{"type": "string", "description": "What happened to this request, and what to do."}"#),
        ("id", ##"{"$ref": "#/components/schemas/CallID"}"##),
        ("method", #"{"type": "string", "description": "The TOP method."}"#),
        ("outcome", ##"{"$ref": "#/components/schemas/Outcome"}"##),
        ("retryable", #"{"type": "boolean", "description": "Repeating cannot do the thing twice."}"#),
        ("request_id", #"{"type": "string", "description": "The id by which TOP recognises a repetition."}"#),
        (
            "top",
            #"""
            {"type": "object", "required": ["code"], "description": "TOP's own words, masked.", "properties": {
              "code": {"type": "string"}, "msg": {"type": "string"}, "sub_code": {"type": "string"},
              "sub_msg": {"type": "string"}, "request_id": {"type": "string"}}}
            """#
        ),
        (
            "errors",
            #"""
            {"type": "array", "maxItems": \#(FaultList.maximumCount),
              "description": "Every fault of the parameters; `detail` counts those beyond the list's end.", "items": {
              "type": "object", "required": ["pointer", "detail"], "properties": {
                "pointer": {"type": "string", "format": "json-pointer"}, "detail": {"type": "string"}}}}
            """#
        ),
    ]
}

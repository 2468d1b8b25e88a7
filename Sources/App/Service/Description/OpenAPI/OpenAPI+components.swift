import AuditAPI
import Catalog
import JSON
import Problems

/// The components that the operations share.
extension JSONWriter {
    mutating func components(_ catalog: Catalog, problems: [ProblemType], outcomes: [String]) {
        name("components")
        beginObject()
        json(
            "securitySchemes",
            #"{"token": {"type": "http", "scheme": "bearer", "description": "A token of `toprelay token create`."}}"#)
        parameters()
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

    /// The parameters in paths and headers.
    private mutating func parameters() {
        name("parameters")
        beginObject()
        for header in HeaderDescription.ofCalls {
            name(header.key)
            beginObject()
            member("name", header.name)
            member("in", "header")
            member("description", header.text)
            json("schema", header.schema)
            endObject()
        }
        json(
            "ID",
            ##"""
            {"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/CallID"},
              "description": "The call."}
            """##)
        json(
            "Method",
            #"""
            {"name": "method", "in": "path", "required": true, "schema": {"type": "string"},
              "description": "A TOP method of the catalog."}
            """#)
        endObject()
    }

    /// The responses of an operation other than its own.
    mutating func problems(_ statuses: [Int]) {
        for status in statuses { reference(String(status), "#/components/responses/Problem\(status)") }
    }

    private mutating func problemResponse(_ kinds: [ProblemType]) {
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
            name(kind.rawValue)
            beginObject()
            name("value")
            beginObject()
            member("type", "/problems/\(kind.rawValue)")
            member("title", kind.title)
            member("status", kind.status)
            member("detail", "What is wrong with this request, and what to do.")
            endObject()
            endObject()
        }
        for _ in 0..<4 { endObject() }
    }

    private mutating func problemSchema(_ kinds: [ProblemType]) {
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
        for kind in kinds { string("/problems/\(kind.rawValue)") }
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
        json("OwnCall", OpenAPI.ownCall)
        for (name, schema) in AuditSchemas.all { json(name, schema) }
        json("Readiness", OpenAPI.readiness)
    }
}

/// Texts that are the same for every catalog.
extension OpenAPI {
    static let ownCall = ##"""
        {"description": "A caller's own call: the members of its first response, a result or a problem document, with masked values as the trail has them. \##
        A call that has not ended has the outcome `open` and only the known members.",
        "type": "object", "required": ["id", "method", "outcome"], "properties": {
        "type": {"type": "string"}, \##(problemMembers.filter { $0.0 != "errors" }.map { #""\#($0.0)": \#($0.1)"# }.joined(separator: ", ")),
        "top_request_id": {"type": "string", "description": "TOP's id of the request."},
        "result": {"type": "object", "description": "The result, as long as the response is kept."}}}
        """##

    static let readiness = ##"""
        {"type": "object", "required": ["status", "checks"], "properties": {
          "status": {"enum": ["ready", "unavailable"]},
          "checks": {"type": "object", "additionalProperties": {"type": "string"}}}}
        """##

    static let headers = ##"""
        {
          "RequestID": {"schema": {"type": "string"}, "description": "The caller's X-Request-Id, or the call's id."},
          "ServerTiming": {"schema": {"type": "string"},
            "description": "Milliseconds: `audit` for the trail's commits, `top` for TOP, `total` for all."},
          "RetryAfter": {"schema": {"type": "integer"}, "description": "Seconds to wait before a repeat."},
          "Allow": {"schema": {"type": "string"}, "description": "The HTTP methods that the path takes."},
          "Authenticate": {"schema": {"type": "string"}, "description": "How to authenticate."}
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
        {"description": "The request that would be signed and sent. The session and the secret are masked.",
         "type": "object", "required": ["dry_run", "method", "parameters", "base_string"],
         "properties": {
           "dry_run": {"const": true}, "method": {"type": "string"},
           "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
           "files": {"type": "object", "description": "The size of each file in bytes.", "additionalProperties": {"type": "integer"}},
           "base_string": {"type": "string"}, "request_id": {"type": "string"}}}
        """##

    /// The members of a problem document except `type`.
    static let problemMembers: [(String, String)] = [
        ("title", #"{"type": "string", "description": "The same for every problem of the type."}"#),
        ("status", #"{"type": "integer", "description": "The HTTP status."}"#),
        ("detail", #"{"type": "string", "description": "What is wrong with this request, and what to do."}"#),
        ("id", ##"{"$ref": "#/components/schemas/CallID"}"##),
        ("method", #"{"type": "string", "description": "The TOP method."}"#),
        ("outcome", ##"{"$ref": "#/components/schemas/Outcome"}"##),
        ("retryable", #"{"type": "boolean", "description": "Whether a repeat cannot execute the call twice."}"#),
        ("request_id", #"{"type": "string", "description": "The id by which TOP recognises a repeat."}"#),
        (
            "top",
            #"""
            {"type": "object", "required": ["code"], "description": "The error of TOP, masked.", "properties": {
              "code": {"type": "string"}, "msg": {"type": "string"}, "sub_code": {"type": "string"},
              "sub_msg": {"type": "string"}, "request_id": {"type": "string"}}}
            """#
        ),
        (
            "errors",
            #"""
            {"type": "array", "maxItems": \#(FaultList.maximumCount),
              "description": "Every fault of the parameters. If the list is full, `detail` has the number of further ones.", "items": {
              "type": "object", "required": ["pointer", "detail"], "properties": {
                "pointer": {"type": "string", "format": "json-pointer"}, "detail": {"type": "string"}}}}
            """#
        ),
    ]
}

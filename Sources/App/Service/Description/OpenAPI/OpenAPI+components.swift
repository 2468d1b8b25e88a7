import AdminAPI
import AuditAPI
import Catalog
import JSON
import Problems

/// The components that the operations share.
extension JSONWriter {
    mutating func components(
        _ catalog: Catalog, _ names: [EntryNames], schemas: UniqueNames, problems: [ProblemType], outcomes: [String]
    ) {
        name("components")
        beginObject()
        json(
            "securitySchemes",
            #"{"token": {"type": "http", "scheme": "bearer", "description": "A token of `toprelay token create`."}}"#)
        parameters()
        json("headers", OpenAPI.headers)
        name("schemas")
        beginObject()
        var writer = SchemaWriter(self, names: schemas)
        for (entry, names) in zip(catalog.entries, names) {
            writer.request(entry, names)
            writer.form(entry, names)
            writer.answer(entry, names)
        }
        self = writer.json
        for (name, schema) in OpenAPI.sharedSchemas { json(name, schema) }
        words("Outcome", outcomes, "What became of a call.")
        words("ProblemType", problems.map { "/problems/\($0.rawValue)" }, names: problems.map(\.rawValue), "The type.")
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
        for header in HeaderDescription.ofCalls + [HeaderDescription.ifMatch, .ifNoneMatch] {
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
            "RefusalID",
            #"""
            {"name": "refusal", "in": "path", "required": true, "schema": {"type": "string"},
              "description": "The rejected request: its number, or the X-Request-Id that the relay gave in its reply."}
            """#)
        json(
            "Method",
            #"""
            {"name": "method", "in": "path", "required": true, "schema": {"type": "string"},
              "description": "A TOP method of the catalog."}
            """#)
        for (key, name, text) in [
            ("AppName", "app", "The app's name."), ("SellerName", "seller", "The seller's alias."),
            ("TokenName", "token", "The token's name."),
        ] {
            json(
                key,
                #"""
                {"name": "\#(name)", "in": "path", "required": true, "schema": {"type": "string"},
                  "description": "\#(text)"}
                """#)
        }
        json(
            "ProblemName",
            #"""
            {"name": "type", "in": "path", "required": true, "schema": {"type": "string"},
              "description": "The last part of a problem's type."}
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

    /// An enumeration of texts; constants of generated code have the `names`.
    private mutating func words(_ component: String, _ words: [String], names: [String]? = nil, _ text: String) {
        name(component)
        beginObject()
        member("description", text)
        member("type", "string")
        name("enum")
        beginArray()
        for word in words { string(word) }
        endArray()
        name("x-enum-varnames")
        beginArray()
        for word in names ?? words { string(SchemaWriter.constantName(word)) }
        endArray()
        endObject()
    }
}

/// Texts that are the same for every catalog.
extension OpenAPI {
    /// The schemas that do not depend on the catalog and on lists of words.
    static let sharedSchemas: [(String, String)] =
        [
            (
                "CallID",
                #"{"type": "string", "format": "uuid", "description": "The relay's id of the call; version 7."}"#
            ),
            ("RawParameters", rawParameters), ("RawAnswer", rawAnswer), ("AnswerOutcome", answerOutcome),
            ("DryRun", dryRun), ("EarlierCall", earlierCall),
            ("OwnCall", ownCall), ("Problem", problem),
            ("ParameterFault", parameterFault), ("TOPError", topError), ("Readiness", readiness),
            ("Release", release),
            (
                "NewAuthorization",
                #"""
                {"type": "object", "required": ["seller"], "additionalProperties": false,
                 "properties": {"seller": {"type": "string", "description": "The alias for the seller, as in Top-Seller."}}}
                """#
            ),
            (
                "Authorization",
                #"""
                {"type": "object", "required": ["url", "expires_at"], "properties": {
                  "url": {"type": "string", "description": "TOP's page, for the seller's browser."},
                  "expires_at": {"type": "string", "format": "date-time"}}}
                """#
            ),
            (
                "ReadinessStatus",
                #"{"type": "string", "enum": ["ready", "unavailable"], "description": "Whether the replica takes calls."}"#
            ),
        ] + AuditSchemas.all + AdminSchemas.all

    /// The names of all shared schemas, which no schema of a method may have.
    static let sharedNames = sharedSchemas.map(\.0) + ["Outcome", "ProblemType"]

    private static let earlierCall = ##"""
        {"description": "The reply to a repetition with the same `Idempotency-Key` where the first answer is not kept, or where \##
        a note has settled the first call as done. Its header `Idempotency-Replayed` is `true`.",
        "type": "object", "required": ["id", "method", "outcome"], "properties": {
        "id": {"$ref": "#/components/schemas/CallID"}, "method": {"type": "string", "description": "The TOP method."},
        "outcome": {"$ref": "#/components/schemas/Outcome"}, "settled": {"$ref": "#/components/schemas/Settlement"},
        "top_request_id": {"type": "string", "description": "TOP's id of the call."},
        "request_id": {"type": "string", "description": "The id by which TOP recognises a repetition."},
        "retryable": {"type": "boolean"}}}
        """##

    private static let answerOutcome = #"""
        {"type": "string", "enum": [\#(Interpretation.Outcome.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))],
         "description": "What became of a call that TOP answered with a response."}
        """#

    private static let problem = #"""
        {"description": "A problem document (RFC 9457).", "type": "object",
         "required": ["type", "title", "status", "detail"],
         "properties": {"type": {"$ref": "#/components/schemas/ProblemType"}, \#(members(problemMembers))}}
        """#

    private static func members(_ members: [(String, String)]) -> String {
        members.map { #""\#($0.0)": \#($0.1)"# }.joined(separator: ", ")
    }

    private static let ownCall = ##"""
        {"description": "A caller's own call: the members of its first answer, a result or a problem document, with values as the trail keeps them, masked. \##
        Of a call that has not ended, whose outcome is `open`, only what is known.",
        "type": "object", "required": ["id", "method", "outcome"], "properties": {
        "type": {"$ref": "#/components/schemas/ProblemType"}, \##(members(problemMembers.filter { !["errors", "suggestions"].contains($0.0) })),
        "top_request_id": {"type": "string", "description": "TOP's id of the call."},
        "judged": \##(judged), "result": {"type": "object", "description": "The result, while the answer is kept."}}}
        """##

    private static let rawParameters = #"""
        {"description": "The parameters by TOP's names. Objects and lists go out as JSON text.", "type": "object",
         "additionalProperties": true}
        """#

    private static let rawAnswer = ##"""
        {"description": "The answer to a raw call, or with `Top-Dry-Run` what would be sent.", "type": "object",
        "required": ["method"], "properties": {
        "id": {"$ref": "#/components/schemas/CallID"}, "method": {"type": "string", "description": "The TOP method."},
        "outcome": {"$ref": "#/components/schemas/Outcome"},
        "top_request_id": {"type": "string", "description": "TOP's id of the call."},
        "request_id": {"type": "string", "description": "The id by which TOP recognises a repetition."},
        "retryable": {"type": "boolean"}, "judged": \##(judged),
        "result": {"type": "object", "description": "TOP's response, with its wrappers of lists."},
        "dry_run": {"type": "boolean", "description": "Always `true`."},
        "parameters": {"type": "object", "additionalProperties": {"type": "string"}}, "base_string": {"type": "string"}}}
        """##

    private static let readiness = ##"""
        {"type": "object", "required": ["status", "checks"], "properties": {
          "status": {"$ref": "#/components/schemas/ReadinessStatus"},
          "checks": {"type": "object", "additionalProperties": {"type": "string"}}}}
        """##

    private static let release = ##"""
        {"type": "object", "required": ["version", "commit"], "properties": {
          "version": {"type": "string"},
          "commit": {"type": "string", "description": "The commit of the sources; `unknown` if the build was not told."}}}
        """##

    static let headers = ##"""
        {
          "RequestID": {"schema": {"type": "string"}, "description": "The caller's X-Request-Id, or the call's id."},
          "CallID": {"schema": {"$ref": "#/components/schemas/CallID"}, "description": "The `id` of the body."},
          "Outcome": {"schema": {"$ref": "#/components/schemas/Outcome"}, "description": "The `outcome` of the body."},
          "ServerTiming": {"schema": {"type": "string"},
            "description": "Milliseconds: `audit` for the trail's commits, `top` for TOP, `total` for all."},
          "RetryAfter": {"schema": {"type": "integer"}, "description": "Seconds to wait before a repeat."},
          "IdempotencyReplayed": {"schema": {"type": "boolean"},
            "description": "`true` where the response is that of an earlier call with the same `Idempotency-Key`."},
          "Allow": {"schema": {"type": "string"}, "description": "The HTTP methods that the path takes."},
          "Authenticate": {"schema": {"type": "string"}, "description": "How to authenticate."}
        }
        """##

    static let answerHeaders = ##"""
        {"X-Request-Id": {"$ref": "#/components/headers/RequestID"},
         "Top-Call-Id": {"$ref": "#/components/headers/CallID"}, "Top-Outcome": {"$ref": "#/components/headers/Outcome"},
         "Server-Timing": {"$ref": "#/components/headers/ServerTiming"},
         "Idempotency-Replayed": {"$ref": "#/components/headers/IdempotencyReplayed"}}
        """##

    static let problemHeaders = ##"""
        {"X-Request-Id": {"$ref": "#/components/headers/RequestID"},
         "Top-Call-Id": {"$ref": "#/components/headers/CallID"}, "Top-Outcome": {"$ref": "#/components/headers/Outcome"},
         "Retry-After": {"$ref": "#/components/headers/RetryAfter"},
         "Allow": {"$ref": "#/components/headers/Allow"}, "WWW-Authenticate": {"$ref": "#/components/headers/Authenticate"},
         "Idempotency-Replayed": {"$ref": "#/components/headers/IdempotencyReplayed"}}
        """##

    private static let dryRun = ##"""
        {"description": "What would be sent and signed; the session and the secret are masked.",
         "type": "object", "required": ["dry_run", "method", "parameters", "base_string"],
         "properties": {
           "dry_run": {"type": "boolean", "description": "Always `true`."}, "method": {"type": "string"},
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
        ("retryable", #"{"type": "boolean", "description": "Repeating cannot do the thing twice."}"#),
        ("request_id", #"{"type": "string", "description": "The id by which TOP recognises a repetition."}"#),
        ("top", ##"{"$ref": "#/components/schemas/TOPError"}"##),
        (
            "suggestions",
            #"{"type": "array", "items": {"type": "string"}, "description": "The nearest names for an unknown method."}"#
        ),
        (
            "errors",
            ##"""
            {"type": "array", "maxItems": \##(FaultList.maximumCount),
              "description": "Every fault of the parameters; `detail` counts those beyond the list's end.",
              "items": {"$ref": "#/components/schemas/ParameterFault"}}
            """##
        ),
    ]

    private static let topError = #"""
        {"type": "object", "required": ["code"], "description": "TOP's own words, masked.", "properties": {
          "code": {"type": "string"}, "msg": {"type": "string"}, "sub_code": {"type": "string"},
          "sub_msg": {"type": "string"}, "request_id": {"type": "string"}}}
        """#

    private static let faultCodes = Fault.Code.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")

    private static let parameterFault = #"""
        {"type": "object", "required": ["pointer", "code", "detail"], "description": "A fault of a parameter.",
         "properties": {
          "pointer": {"type": "string", "format": "json-pointer", "description": "Where it is, in the caller's spelling."},
          "code": {"type": "string",
            "description": "The kind of fault: \#(faultCodes). Treat any other word as `rule`."},
          "detail": {"type": "string"}}}
        """#
}

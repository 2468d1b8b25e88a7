import JSON

/// The path on which the full request of a call is opened.
extension JSONWriter {
    mutating func unmaskPath(statuses: [Int]) {
        name("/v1/audit/calls/{id}/unmask")
        beginObject()
        name("post")
        beginObject()
        member("operationId", "unmaskCall")
        json("tags", #"["audit"]"#)
        member("summary", "The full request of a call, unmasked (scope audit:unmask); each opening is recorded")
        json(
            "parameters",
            ##"[{"$ref": "#/components/parameters/ID"}, {"$ref": "#/components/parameters/RequestID"}]"##)
        json("requestBody", OpenAPI.unmaskBody)
        name("responses")
        beginObject()
        name("200")
        json(OpenAPI.unmaskAnswer)
        problems(statuses.filter { $0 != 200 })
        for _ in 0..<3 { endObject() }
    }

    private mutating func json(_ text: String) { raw(text.utf8) }
}

extension OpenAPI {
    static let unmaskBody = #"""
        {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["reason"],
          "additionalProperties": false, "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": 500,
            "description": "Why; shown with the call."}}}}}}
        """#

    static let unmaskAnswer = ##"""
        {"description": "The business parameters as they were sent. Never to be cached.", "content": {"application/json":
          {"schema": {"type": "object", "required": ["id", "method", "parameters"], "properties": {
            "id": {"$ref": "#/components/schemas/CallID"}, "method": {"type": "string"},
            "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
            "files": {"type": "object", "additionalProperties": {"type": "integer"},
              "description": "Names and sizes in bytes of files, whose content is not kept."}}}}}}
        """##
}

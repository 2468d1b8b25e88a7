import Catalog
import JSON

/// JSON Schemas of responses. They have what TOP sent, so nothing is required and nothing is excluded.
extension JSONWriter {
    /// Writes the schema of the response to a call of the method.
    mutating func answerSchema(_ entry: Entry) {
        beginObject()
        member("type", "object")
        json("required", #"["id", "method", "outcome", "result"]"#)
        name("properties")
        beginObject()
        reference("id", "#/components/schemas/CallID")
        name("method")
        beginObject()
        member("const", entry.method)
        endObject()
        name("outcome")
        beginObject()
        name("enum")
        beginArray()
        for outcome in Interpretation.Outcome.allCases { string(outcome.rawValue) }
        endArray()
        endObject()
        json("top_request_id", #"{"type": "string", "description": "TOP's id of the request."}"#)
        json("request_id", #"{"type": "string", "description": "The id by which TOP recognises a repeat."}"#)
        json(
            "retryable",
            #"{"type": "boolean", "description": "Whether a repeat cannot execute the call twice; only if TOP states it."}"#
        )
        name("result")
        beginObject()
        answerObject(entry.response)
        endObject()
        endObject()
        endObject()
    }

    private mutating func answerObject(_ fields: [Field]) {
        member("type", "object")
        guard !fields.isEmpty else { return }
        name("properties")
        beginObject()
        for field in fields {
            name(field.name)
            beginObject()
            if let text = field.description { member("description", text) }
            member("x-top-type", field.type.text)
            if field.type.isList {
                member("type", "array")
                name("items")
                beginObject()
                answerValue(field)
                endObject()
            } else {
                answerValue(field)
            }
            endObject()
        }
        endObject()
    }

    /// Numbers stay as TOP wrote them: as a number or as a text.
    private mutating func answerValue(_ field: Field) {
        switch field.type.kind {
        case .object: answerObject(field.children)
        case .map: member("type", "object")
        case .number, .decimal, .price: json("type", #"["number", "string"]"#)
        case .boolean: member("type", "boolean")
        case .json: break
        case .string, .date, .bytes: member("type", "string")
        }
    }
}

import Catalog
import JSON

/// JSON Schema of answers. They hold what TOP said, so nothing is required and nothing is excluded.
extension JSONWriter {
    /// The schema of what a call of the method is answered with.
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
        json("top_request_id", #"{"type": "string", "description": "TOP's id of the call."}"#)
        json("request_id", #"{"type": "string", "description": "The id by which TOP recognises a repetition."}"#)
        json(
            "retryable",
            #"{"type": "boolean", "description": "Repeating cannot do the thing twice; only where TOP says so."}"#)
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

    /// Digits stay as TOP wrote them, which may be a number or a text.
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

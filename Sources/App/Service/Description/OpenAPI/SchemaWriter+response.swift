import Catalog
import JSON

/// JSON Schema of answers. They hold what TOP said, so nothing is required and nothing is excluded.
extension SchemaWriter {
    /// The schemas of what a call of the method is answered with.
    mutating func answer(_ entry: Entry, _ names: EntryNames) {
        component(names.answer) { writer in
            writer.json.member("description", "The answer to a call of \(entry.method).")
            writer.json.member("type", "object")
            writer.json.json("required", #"["id", "method", "outcome", "result"]"#)
            writer.json.name("properties")
            writer.json.beginObject()
            for (name, schema) in OpenAPI.answerMembers { writer.json.json(name, schema) }
            writer.json.reference("result", "#/components/schemas/\(names.result)")
            writer.json.endObject()
        }
        component(names.result) { writer in
            writer.json.member("description", "TOP's response, with plain lists.")
            writer.response(entry.response, in: names.result)
        }
    }

    /// The members of an object's schema.
    mutating func response(_ fields: [Field], in parent: String) {
        json.member("type", "object")
        guard !fields.isEmpty else { return }
        json.name("properties")
        json.beginObject()
        for field in fields {
            json.name(field.name)
            json.beginObject()
            property(field, in: parent)
            json.endObject()
        }
        json.endObject()
    }

    private mutating func property(_ field: Field, in parent: String) {
        let isObject = field.type.kind == .object && !field.children.isEmpty
        if field.type.isList {
            note(field)
            json.member("type", "array")
            json.name("items")
            if isObject { return reference(field, in: parent, .response(field.children)) }
            json.beginObject()
            value(field)
            json.endObject()
        } else if isObject {
            // TOP writes null for an object that it leaves out. A client that read on would fail.
            json.name("anyOf")
            json.beginArray()
            reference(field, in: parent, .response(field.children))
            json.raw(#"{"type": "null"}"#.utf8)
            json.endArray()
        } else {
            note(field)
            value(field)
        }
    }

    private mutating func value(_ field: Field) {
        switch field.type.kind {
        case .object, .map: json.member("type", "object")
        case .number where !field.hasFraction:
            json.member("type", "integer")
            json.member("format", "int64")
        case .number, .decimal: json.member("type", "number")
        case .boolean: json.member("type", "boolean")
        case .json: break
        case .string, .date, .price, .bytes: json.member("type", "string")
        }
    }
}

extension OpenAPI {
    /// The members of every answer but `result`.
    static let answerMembers: [(String, String)] = [
        ("id", ##"{"$ref": "#/components/schemas/CallID"}"##),
        ("method", #"{"type": "string", "description": "The TOP method."}"#),
        ("outcome", ##"{"$ref": "#/components/schemas/AnswerOutcome"}"##),
        ("top_request_id", #"{"type": "string", "description": "TOP's id of the call."}"#),
        ("request_id", #"{"type": "string", "description": "The id by which TOP recognises a repetition."}"#),
        (
            "retryable",
            #"{"type": "boolean", "description": "Repeating cannot do the thing twice; only where TOP says so."}"#
        ),
        ("judged", judged),
    ]

    /// Whether the outcome is known.
    static let judged = #"""
        {"type": "boolean", "description": "`false` if nothing in the response tells whether the call succeeded. The outcome is then `success`."}
        """#
}

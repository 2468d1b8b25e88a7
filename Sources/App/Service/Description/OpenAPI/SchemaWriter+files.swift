import Catalog
import JSON

/// Calls with files, as `multipart/form-data`.
extension JSONWriter {
    /// The form as another content of the request's body; nothing for a method without files.
    mutating func formContent(_ entry: Entry, _ names: EntryNames) {
        guard entry.takesFiles else { return }
        name("multipart/form-data")
        beginObject()
        reference("schema", "#/components/schemas/\(names.form)")
        name("encoding")
        beginObject()
        name(OpenAPI.jsonPart)
        beginObject()
        member("contentType", "application/json")
        endObject()
        for field in entry.request where field.isFile {
            name(field.name)
            beginObject()
            member("contentType", "application/octet-stream")
            endObject()
        }
        endObject()
        endObject()
    }
}

extension SchemaWriter {
    /// The form's schema: one part with the JSON, and one for each file. Nothing for a method without files.
    mutating func form(_ entry: Entry, _ names: EntryNames) {
        guard entry.takesFiles else { return }
        let optional = (entry.idempotencyPath ?? [])[...]
        let fields = entry.request.filter { !$0.isFile }
        component(names.form) { writer in
            writer.json.member("description", "A call of \(entry.method) with files.")
            writer.json.member("type", "object")
            writer.json.name("properties")
            writer.json.beginObject()
            writer.json.reference(OpenAPI.jsonPart, "#/components/schemas/\(names.formParameters)")
            for field in entry.request where field.isFile {
                writer.json.name(field.name)
                writer.json.beginObject()
                writer.note(field)
                writer.json.member("type", "string")
                writer.json.member("format", "binary")
                writer.json.member("contentMediaType", "application/octet-stream")
                if field.isRequired { writer.json.member("minLength", 1) }
                writer.json.endObject()
            }
            writer.json.endObject()
            writer.json.name("required")
            writer.json.beginArray()
            if fields.contains(where: { $0.isRequired && $0.defaultText == nil && [$0.name] != Array(optional) }) {
                writer.json.string(OpenAPI.jsonPart)
            }
            for field in entry.request where field.isFile && field.isRequired { writer.json.string(field.name) }
            writer.json.endArray()
            writer.json.name("additionalProperties")
            writer.json.bool(false)
        }
        component(names.formParameters) { writer in
            writer.json.member(
                "description", "All parameters but the files. The part may be left out where none of them is required.")
            writer.request(
                fields, isOpen: entry.takesUnknownNames, optional: optional, in: names.formParameters, isTop: true)
        }
    }
}

extension OpenAPI {
    /// The name of the part that holds the JSON.
    static let jsonPart = "json"
}

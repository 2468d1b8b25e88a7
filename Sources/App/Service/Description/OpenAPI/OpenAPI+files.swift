import Catalog
import JSON

/// Calls with files, as `multipart/form-data`.
extension JSONWriter {
    /// Writes the form as another content type of the request; nothing for a method without files.
    mutating func formContent(_ entry: Entry) {
        guard entry.takesFiles else { return }
        name("multipart/form-data")
        beginObject()
        reference("schema", "#/components/schemas/\(entry.method).form")
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

    /// Writes the schema of the form: one part with the JSON, and one for each file.
    mutating func formSchema(_ entry: Entry) {
        let optional = (entry.idempotencyPath ?? [])[...]
        let fields = entry.request.filter { !$0.isFile }
        beginObject()
        member("type", "object")
        name("properties")
        beginObject()
        name(OpenAPI.jsonPart)
        beginObject()
        member("description", "All parameters except the files. It may be omitted if none of them is required.")
        object(fields, isOpen: entry.takesUnknownNames, optional: optional, isTop: true)
        endObject()
        for field in entry.request where field.isFile {
            name(field.name)
            beginObject()
            if let text = field.description { member("description", text) }
            member("x-top-type", field.type.text)
            member("type", "string")
            member("contentMediaType", "application/octet-stream")
            if field.isRequired { member("minLength", 1) }
            endObject()
        }
        endObject()
        name("required")
        beginArray()
        if fields.contains(where: { $0.isRequired && $0.defaultText == nil && [$0.name] != Array(optional) }) {
            string(OpenAPI.jsonPart)
        }
        for field in entry.request where field.isFile && field.isRequired { string(field.name) }
        endArray()
        name("additionalProperties")
        bool(false)
        endObject()
    }
}

extension OpenAPI {
    /// The name of the part with the JSON.
    static let jsonPart = "json"
}

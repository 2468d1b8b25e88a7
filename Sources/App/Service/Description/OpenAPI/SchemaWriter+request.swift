import Catalog
import JSON

/// JSON Schema of requests: one of the forms that the mapping accepts, as far as a schema can say it.
extension SchemaWriter {
    /// The schemas of a method's request body. The request id is not required, since a header may give it.
    mutating func request(_ entry: Entry, _ names: EntryNames) {
        component(names.request) { writer in
            writer.json.member("description", "The parameters of \(entry.method).")
            writer.request(
                entry.request, isOpen: entry.takesUnknownNames, optional: (entry.idempotencyPath ?? [])[...],
                in: names.request, isTop: true)
        }
    }

    /// The members of an object's schema.
    mutating func request(
        _ fields: [Field], isOpen: Bool, optional: ArraySlice<String>, in parent: String, isTop: Bool = false
    ) {
        json.member("type", "object")
        json.name("properties")
        json.beginObject()
        for field in fields {
            let rest = optional.first == field.name ? optional.dropFirst() : []
            json.name(field.name)
            if field.isReferred {
                let isEnumeration = !field.values.isEmpty
                reference(
                    field, in: parent,
                    isEnumeration ? .choices : .request(field.children, isOpen: field.isOpen, optional: rest))
            } else {
                json.beginObject()
                property(field, optional: rest, in: parent, isTop: isTop)
                json.endObject()
            }
        }
        json.endObject()
        let required = fields.filter { $0.isRequired && $0.defaultText == nil && [$0.name] != Array(optional) }
        if !required.isEmpty {
            json.name("required")
            json.beginArray()
            for field in required { json.string(field.name) }
            json.endArray()
        }
        json.name("additionalProperties")
        json.bool(isOpen)
    }

    private mutating func property(_ field: Field, optional: ArraySlice<String>, in parent: String, isTop: Bool) {
        note(field)
        if field.type.isList { return list(field, optional: optional, in: parent, isTop: isTop) }
        if let content = field.jsonType { return text(of: content, field, in: parent) }
        switch field.type.kind {
        case .object, .map: json.member("type", "object")
        case .json: break
        case .string, .number, .boolean, .date, .price, .decimal, .bytes:
            scalar(field)
            if isTop, field.isRequired, field.type.kind == .string, field.dateForm == nil {
                json.member("pattern", #"[^\t-\r\x1c-\x20]"#)
            }
            defaultValue(field)
            examples(field)
        }
    }

    private mutating func list(_ field: Field, optional: ArraySlice<String>, in parent: String, isTop: Bool) {
        json.member("type", "array")
        if field.isRequired { json.member("minItems", 1) }
        json.member("maxItems", field.maximumItems)
        json.name("items")
        if field.type.kind == .object, !field.children.isEmpty {
            return reference(
                field, in: parent, .request(field.children, isOpen: field.isOpen, optional: optional))
        }
        if field.isEnumeration { return reference(field, in: parent, .choices) }
        json.beginObject()
        switch field.type.kind {
        case .object, .map: json.member("type", "object")
        case .json: break
        case .string, .number, .boolean, .date, .price, .decimal, .bytes:
            scalar(field)
            // The elements of a list at the top are joined by commas.
            if isTop, field.type.kind == .string, field.dateForm == nil {
                json.member("pattern", #"^[^,]*[^,\t-\r\x1c-\x20][^,]*$"#)
            }
        }
        json.endObject()
    }

    /// A text that holds JSON: real JSON where its members are documented, else the text itself.
    private mutating func text(of content: FieldType, _ field: Field, in parent: String) {
        guard content.isList, content.kind == .object, !field.children.isEmpty else {
            json.member("type", "string")
            json.member("contentMediaType", "application/json")
            return
        }
        json.member("type", "array")
        json.member("minItems", 1)
        json.name("items")
        reference(field, in: parent, .request(field.children, isOpen: field.isOpen, optional: []))
    }
}

extension Field {
    /// Whether its values are a closed enumeration. The mapping does not limit those of a Boolean.
    fileprivate var isEnumeration: Bool { !values.isEmpty && type.kind != .boolean }

    /// Whether its schema is a component: an object with members, or an enumeration.
    fileprivate var isReferred: Bool {
        guard !type.isList else { return false }
        if isEnumeration { return true }
        guard !children.isEmpty else { return false }
        return jsonType.map { !$0.isList && $0.kind == .object } ?? (type.kind == .object)
    }
}

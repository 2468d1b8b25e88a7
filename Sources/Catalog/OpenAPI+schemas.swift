import JSON

/// JSON Schema of parameters.
extension JSONWriter {
    /// An object of these fields; `optional` is the path of a field that need not be there though it is required.
    mutating func schema(_ fields: [Field], optional: [String]) {
        beginObject()
        objectSchema(fields, optional[...])
        endObject()
    }

    private mutating func objectSchema(_ fields: [Field], _ optional: ArraySlice<String>) {
        member("type", "object")
        guard !fields.isEmpty else { return }
        name("properties")
        beginObject()
        for field in fields {
            name(field.name)
            schema(field, optional.first == field.name ? optional.dropFirst() : [])
        }
        endObject()
        let required = fields.filter { $0.isRequired && $0.defaultText == nil && [$0.name] != Array(optional) }
        guard !required.isEmpty else { return }
        name("required")
        beginArray()
        for field in required { string(field.name) }
        endArray()
    }

    private mutating func schema(_ field: Field, _ optional: ArraySlice<String>) {
        beginObject()
        if let text = field.description { member("description", text) }
        if field.type.isList {
            member("type", "array")
            member("maxItems", field.maximumItems)
            name("items")
            beginObject()
            value(field, optional)
            endObject()
        } else {
            value(field, optional)
            examples(field)
        }
        endObject()
    }

    private mutating func value(_ field: Field, _ optional: ArraySlice<String>) {
        switch field.type.kind {
        case .object, .map: objectSchema(field.children, optional)
        case .number, .decimal: types("number", "string")
        case .price: types("string", "number")
        case .boolean: member("type", "boolean")
        case .json: break
        case .string where field.jsonType != nil: types("array", "object", "string")
        case .string where field.dateForm == .milliseconds: types("string", "integer")
        case .string, .date, .bytes: member("type", "string")
        }
        if !field.values.isEmpty { enumeration(field) }
        member("maxLength", field.maximumLength)
        member("default", field.defaultText)
    }

    private mutating func types(_ names: String...) {
        name("type")
        beginArray()
        for name in names { string(name) }
        endArray()
    }

    private mutating func enumeration(_ field: Field) {
        name("enum")
        beginArray()
        for value in field.values {
            if field.type.kind == .number { number(lexeme: value.value) }
            string(value.value)
        }
        for alias in field.valueAliases.keys.sorted() { string(alias) }
        endArray()
    }

    private mutating func examples(_ field: Field) {
        guard let example = field.example else { return }
        switch field.type.kind {
        case .object, .map, .json, .boolean, .bytes: return
        case .number, .decimal, .string, .date, .price: break
        }
        name("examples")
        beginArray()
        string(example)
        endArray()
    }

    /// What all operations share.
    mutating func components() {
        name("components")
        beginObject()
        name("securitySchemes")
        beginObject()
        name("token")
        beginObject()
        member("type", "http")
        member("scheme", "bearer")
        endObject()
        endObject()
        name("parameters")
        beginObject()
        header("App", "Top-App", "The app whose key and secret sign the call.")
        header("Seller", "Top-Seller", "The seller whose session key the call carries.")
        header("Ref", "Top-Ref", "The caller's own document number; may be repeated.")
        header("DryRun", "Top-Dry-Run", "`true`: validate and map only; nothing is sent.")
        header("IdempotencyKey", "Idempotency-Key", "The request id is derived of it if the body has none.")
        endObject()
        name("responses")
        beginObject()
        name("Problem")
        beginObject()
        member("description", "A problem document (RFC 9457).")
        name("content")
        beginObject()
        name("application/problem+json")
        beginObject()
        name("schema")
        beginObject()
        member("type", "object")
        name("properties")
        beginObject()
        for name in ["type", "title", "detail", "id", "method", "outcome"] { property(name, type: "string") }
        property("status", type: "integer")
        property("retryable", type: "boolean")
        endObject()
        for _ in 0..<5 { endObject() }
        endObject()
    }

    private mutating func header(_ component: String, _ name: String, _ description: String) {
        self.name(component)
        beginObject()
        member("name", name)
        member("in", "header")
        member("description", description)
        self.name("schema")
        beginObject()
        member("type", "string")
        endObject()
        endObject()
    }
}

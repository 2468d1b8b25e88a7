import Catalog
import JSON

/// JSON Schemas of requests: what the mapping accepts, as far as a schema can express it.
extension JSONWriter {
    /// Writes the schema of a method's request body. The request id is not required, because a header may provide it.
    mutating func requestSchema(_ entry: Entry) {
        beginObject()
        object(
            entry.request, isOpen: entry.takesUnknownNames, optional: (entry.idempotencyPath ?? [])[...], isTop: true)
        endObject()
    }

    mutating func object(_ fields: [Field], isOpen: Bool, optional: ArraySlice<String>, isTop: Bool = false) {
        member("type", "object")
        name("properties")
        beginObject()
        for field in fields {
            name(field.name)
            beginObject()
            if let text = field.description { member("description", text) }
            member("x-top-type", field.type.text)
            let path = optional.first == field.name ? optional.dropFirst() : []
            let isRequestID = optional.first == field.name && path.isEmpty
            self.field(field, optional: path, place: Place(field, isTop: isTop, isRequestID: isRequestID))
            member("default", field.defaultText)
            examples(field)
            endObject()
        }
        endObject()
        let required = fields.filter { $0.isRequired && $0.defaultText == nil && [$0.name] != Array(optional) }
        if !required.isEmpty {
            name("required")
            beginArray()
            for field in required { string(field.name) }
            endArray()
        }
        name("additionalProperties")
        bool(isOpen)
    }

    /// Which values count as "not given" in a place.
    private struct Place {
        /// Whether `null` is the same as omitting the field.
        let takesNull: Bool
        /// Whether a blank text is the same as omitting the field.
        let takesBlank: Bool
        let isTop: Bool
        let isRequired: Bool

        init(_ field: Field, isTop: Bool, isRequestID: Bool) {
            takesNull = !field.isRequired || field.defaultText != nil || isRequestID
            takesBlank = isTop && !field.isRequired || isRequestID
            self.isTop = isTop
            isRequired = field.isRequired
        }

        /// The place of a list's element.
        init(elementOf place: Place) {
            takesNull = false
            takesBlank = false
            isTop = place.isTop
            isRequired = true
        }
    }

    private mutating func field(_ field: Field, optional: ArraySlice<String>, place: Place) {
        if field.type.isList { return list(field, optional, place) }
        if let content = field.jsonType { return text(of: content, field, place) }
        switch field.type.kind {
        case .object, .map: structure(field, optional, place)
        case .json: anything(place)
        case .string, .number, .boolean, .date, .price, .decimal, .bytes: scalar(field, place)
        }
    }

    private mutating func types(_ names: [String], _ place: Place) {
        let all = names + (place.takesNull ? ["null"] : [])
        guard all.count > 1 else { return member("type", all[0]) }
        name("type")
        beginArray()
        for name in all { string(name) }
        endArray()
    }

    private mutating func list(_ field: Field, _ optional: ArraySlice<String>, _ place: Place) {
        types(["array"], place)
        if place.isRequired { member("minItems", 1) }
        member("maxItems", field.maximumItems)
        name("items")
        beginObject()
        switch field.type.kind {
        case .object where !field.children.isEmpty: object(field.children, isOpen: field.isOpen, optional: optional)
        case .object, .map: member("type", "object")
        case .json: json("type", #"["object", "array", "string", "number", "boolean"]"#)
        case .string, .number, .boolean, .date, .price, .decimal, .bytes:
            scalar(field, Place(elementOf: place))
            if place.isTop { json("not", ##"{"type": "string", "pattern": "^[\\t-\\r\\x1c-\\x20]*$|,"}"##) }
        }
        endObject()
    }

    /// Writes one object, or a list of exactly one; a map at the top also as a text.
    private mutating func structure(_ field: Field, _ optional: ArraySlice<String>, _ place: Place) {
        if field.type.kind == .map, !place.isTop { return types(["object"], place) }
        alternatives(place) { json in
            json.beginObject()
            json.members(field, optional)
            json.endObject()
            json.beginObject()
            if field.type.kind == .map {
                json.json("type", #""string""#)
                json.member("contentMediaType", "application/json")
            } else {
                json.member("type", "array")
                json.member("minItems", 1)
                json.member("maxItems", 1)
                json.name("items")
                json.beginObject()
                json.members(field, optional)
                json.endObject()
            }
            json.endObject()
        }
    }

    /// Writes `anyOf` of the objects that `write` adds, and of `null` if it counts as "not given".
    private mutating func alternatives(_ place: Place, _ write: (inout JSONWriter) -> Void) {
        name("anyOf")
        beginArray()
        write(&self)
        if place.takesNull { raw(#"{"type": "null"}"#.utf8) }
        endArray()
    }

    private mutating func members(_ field: Field, _ optional: ArraySlice<String>) {
        guard field.type.kind == .object, !field.children.isEmpty else { return member("type", "object") }
        object(field.children, isOpen: field.isOpen, optional: optional)
    }

    private mutating func anything(_ place: Place) {
        types(["object", "array", "string", "number", "boolean"], place)
    }

    /// Writes a parameter whose text is JSON: as JSON, or as the text itself.
    private mutating func text(of content: FieldType, _ field: Field, _ place: Place) {
        name("anyOf")
        beginArray()
        beginObject()
        if content.isList {
            var list = field
            list.type = content
            list.jsonType = nil
            list.maximumItems = nil
            member("type", "array")
            member("minItems", 1)
            name("items")
            beginObject()
            members(list, [])
            endObject()
        } else if content.kind == .object, !field.children.isEmpty {
            object(field.children, isOpen: field.isOpen, optional: [])
        } else {
            json("type", #"["object", "array"]"#)
        }
        endObject()
        beginObject()
        types(["string"], place)
        member("contentMediaType", "application/json")
        endObject()
        endArray()
    }
}

/// Scalar values.
extension JSONWriter {
    private mutating func scalar(_ field: Field, _ place: Place) {
        if !field.values.isEmpty { return enumeration(field, place) }
        if let form = field.dateForm { return date(form, isNumber: field.type.kind == .number, place) }
        switch field.type.kind {
        case .number, .decimal, .price:
            types(["number", "string"], place)
            pattern(#"-?(0|[1-9][0-9]*)(\.[0-9]+)?"#, place)
            if let minimum = field.minimumValue { json("minimum", minimum) }
            if let maximum = field.maximumValue { json("maximum", maximum) }
        case .boolean:
            types(place.takesBlank ? ["boolean", "string"] : ["boolean"], place)
            if place.takesBlank { member("pattern", "^\(Self.blank)$") }
        case .bytes:
            types(["string"], place)
            member("contentEncoding", "base64")
            pattern("[A-Za-z0-9+/]+={0,2}", place)
        case .string, .date, .json, .map, .object:
            types(["string"], place)
            if place.isTop, place.isRequired, !place.takesBlank { member("pattern", #"[^\t-\r\x1c-\x20]"#) }
            member("maxLength", field.maximumLength)
        }
    }

    /// Matches white space as the mapping does.
    private static var blank: String { #"[\t-\r\x1c-\x20]*"# }

    private mutating func pattern(_ expression: String, _ place: Place) {
        member("pattern", place.takesBlank ? "^(\(expression)|\(Self.blank))$" : "^\(expression)$")
    }

    private mutating func date(_ form: DateForm, isNumber: Bool, _ place: Place) {
        types(form == .milliseconds && isNumber ? ["string", "integer"] : ["string"], place)
        let day = "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        let minute = "([01][0-9]|2[0-3]):[0-5][0-9]"
        let clock = "\(minute):[0-5][0-9]"
        let time = "([ Tt]\(clock)|[Tt]\(minute))(Z|z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?"
        switch form {
        case .dashed: pattern(day + time, place)
        case .dotted: pattern("(\(day)\(time)|\(day.replacing("-(", with: "[.](")) \(clock))", place)
        case .day: pattern(day, place)
        case .milliseconds: pattern("([0-9]+|\(day)\(time))", place)
        }
    }

    private mutating func enumeration(_ field: Field, _ place: Place) {
        name("anyOf")
        beginArray()
        beginObject()
        name("enum")
        beginArray()
        for value in field.values {
            if field.type.kind == .number { number(lexeme: value.value) }
            string(value.value)
        }
        for alias in field.valueAliases.keys.sorted() { string(alias) }
        if place.takesNull { null() }
        endArray()
        endObject()
        if place.takesBlank {
            beginObject()
            member("type", "string")
            member("pattern", "^\(Self.blank)$")
            endObject()
        }
        endArray()
    }

    /// Writes the example of the documentation page: a number as a number, anything else as a text.
    private mutating func examples(_ field: Field) {
        guard let example = field.example, !field.type.isList else { return }
        switch field.type.kind {
        case .object, .map, .json, .boolean, .bytes: return
        case .number, .decimal, .string, .date, .price: break
        }
        name("examples")
        beginArray()
        if field.type.kind == .number, DecimalText.isValid(example) {
            number(lexeme: example)
        } else {
            string(example)
        }
        endArray()
    }
}

import JSON
import TOP

/// Writes a request's fields with their examples as valid values.
enum RequestExample {
    static func write(_ fields: [Field], to writer: inout JSONWriter) {
        writer.beginObject()
        for field in fields where isWritten(field) {
            writer.name(field.name)
            guard field.type.isList else {
                write(field, field.example, to: &writer)
                continue
            }
            writer.beginArray()
            let elements = usableElements(field)
            for element in elements { write(field, element, to: &writer) }
            if elements.isEmpty { write(field, nil, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    /// Whether the example includes the field. A default can replace a value.
    private static func isWritten(_ field: Field) -> Bool {
        // A list of files cannot be sent.
        if field.type.kind == .bytes, field.type.isList { return false }
        if hasExample(field) { return true }
        return field.isRequired && (field.defaultText == nil || field.type.isList || field.type.kind == .object)
    }

    private static func hasExample(_ field: Field) -> Bool {
        if field.type.isList, !usableElements(field).isEmpty { return true }
        if field.type.kind == .object { return field.example != nil || field.children.contains(where: hasExample) }
        return !field.type.isList && field.example.map { isUsable($0, field) } == true
    }

    /// The valid elements of a list's example. Objects have theirs in their members.
    private static func usableElements(_ field: Field) -> [String] {
        guard field.type.kind != .object, let example = field.example else { return [] }
        return ListExample.elements(example).filter { isUsable($0, field) }
    }

    private static func isUsable(_ text: String, _ field: Field) -> Bool {
        if !field.values.isEmpty, !field.values.contains(where: { $0.value == text }) { return false }
        switch field.type.kind {
        case .number, .decimal, .price:
            if field.dateForm != nil { return DecimalText.isWhole(text) }
            return DecimalText.isValid(text)
        case .boolean: return text == "true" || text == "false"
        case .date:
            if case .success = DateForm.day.read(text) { return field.dateForm != .dotted }
            return isDate(text, field)
        case .json: return true
        case .map: return (try? JSONDocument(text))?.root.kind == .object
        case .string: return !Parameter.isBlank(text) && (field.dateForm == nil || isDate(text, field))
        case .bytes, .object: return true
        }
    }

    private static func isDate(_ text: String, _ field: Field) -> Bool {
        guard case .success? = field.dateForm?.read(text) else { return false }
        return true
    }

    private static func write(_ field: Field, _ example: String?, to writer: inout JSONWriter) {
        let example = example.flatMap { isUsable($0, field) ? $0 : nil }
        switch field.type.kind {
        case .object: object(field, example, to: &writer)
        case .number: writer.number(lexeme: example ?? placeholder(field))
        case .boolean: writer.bool(example != "false")
        case .map, .json: document(example, to: &writer)
        case .bytes: writer.string("dGV4dA==")
        case .string, .date, .price, .decimal:
            if field.jsonType != nil, let example {
                document(example, to: &writer)
            } else {
                writer.string(example ?? placeholder(field))
            }
        }
    }

    private static func object(_ field: Field, _ example: String?, to writer: inout JSONWriter) {
        guard field.children.isEmpty, let example, let document = try? JSONDocument(example),
            document.root.kind == .object
        else { return write(field.children, to: &writer) }
        writer.value(document.root)
    }

    private static func document(_ text: String?, to writer: inout JSONWriter) {
        guard let text else { return writer.raw(Array("{}".utf8)) }
        if let document = try? JSONDocument(text) {
            writer.value(document.root)
        } else {
            writer.string(text)
        }
    }

    /// A value of the field's type, for a field without a usable example.
    private static func placeholder(_ field: Field) -> String {
        if let value = field.values.first { return value.value }
        switch (field.type.kind, field.dateForm) {
        case (.number, .milliseconds?), (.string, .milliseconds?): return "946656000000"
        case (.number, _), (.decimal, _), (.price, _): return field.minimumValue ?? field.maximumValue ?? "1"
        case (_, .dotted?): return "2000.01.01 00:00:00"
        case (_, .day?): return "2000-01-01"
        case (_, .dashed?): return "2000-01-01 00:00:00"
        default: return String("text".prefix(field.maximumLength ?? 4))
        }
    }
}

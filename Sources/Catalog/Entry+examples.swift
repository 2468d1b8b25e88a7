import JSON

extension Entry {
    /// A request body made of the page's examples, as a caller would write it. Optional parameters without an example
    /// are left out, and so are files if they are to be sent beside the JSON.
    public func exampleRequest(withFiles: Bool = true) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        let fields = withFiles ? request : request.filter { !$0.isFile }
        ExampleWriter.write(fields, isWire: false, isTop: true, to: &writer)
        return writer.bytes
    }

    /// An answer made of the page's examples, as TOP writes it: inside its root, lists inside their wrappers.
    public func exampleAnswer(requestID: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.name(responseRoot)
        ExampleWriter.write(response, isWire: true, requestID: requestID, to: &writer)
        writer.endObject()
        return writer.bytes
    }
}

/// Writes fields with their examples as values.
private enum ExampleWriter {
    static func write(
        _ fields: [Field], isWire: Bool, isTop: Bool = false, requestID: String? = nil, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        for field in fields where isWire || field.isRequired || hasExample(field) {
            // A file that is no parameter of its own cannot be sent.
            if !isWire, field.type.kind == .bytes, !(isTop && field.isFile) { continue }
            writer.name(field.name)
            guard field.type.isList else {
                write(field, field.example ?? "", isWire: isWire, to: &writer)
                continue
            }
            if isWire {
                writer.beginObject()
                writer.name(field.type.wireItemName)
            }
            writer.beginArray()
            for example in examples(field) { write(field, example, isWire: isWire, to: &writer) }
            writer.endArray()
            if isWire { writer.endObject() }
        }
        writer.member("request_id", requestID)
        writer.endObject()
    }

    private static func hasExample(_ field: Field) -> Bool {
        field.example != nil || field.children.contains(where: hasExample)
    }

    /// The examples of a list's elements: the page joins them by commas.
    private static func examples(_ field: Field) -> [String] {
        guard field.type.kind != .object else { return [""] }
        return (field.example ?? "").split(separator: ",").map(String.init)
    }

    private static func write(_ field: Field, _ example: String, isWire: Bool, to writer: inout JSONWriter) {
        switch field.type.kind {
        case .object:
            write(field.children, isWire: isWire, to: &writer)
        case .number, .decimal:
            writer.number(lexeme: DecimalText.isValid(example) ? example : "0")
        case .boolean:
            writer.bool(example == "true")
        case .map, .json:
            if let document = try? JSONDocument(example) {
                writer.value(document.root)
            } else {
                writer.raw(Array("{}".utf8))
            }
        case .bytes where !isWire && (example.isEmpty || Base64Text.decode(example.utf8) == nil):
            // Pages show a path or nothing at all; this is "file".
            writer.string("ZmlsZQ==")
        case .string, .date, .price, .bytes:
            if field.jsonType != nil, !isWire, let document = try? JSONDocument(example) {
                writer.value(document.root)
            } else {
                writer.string(example)
            }
        }
    }
}

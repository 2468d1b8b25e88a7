import JSON

extension Entry {
    /// A valid request body made of the page's examples, as a caller would write it. It omits optional parameters
    /// without a usable example. Required ones get a value of their type.
    /// - Parameter withFiles: whether files are in the JSON. Otherwise they are sent beside it.
    package func exampleRequest(withFiles: Bool = true) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        RequestExample.write(withFiles ? request : request.filter { !$0.isFile }, to: &writer)
        return writer.bytes
    }

    /// A response made of the page's examples, as TOP writes it: inside its root, with lists inside their wrappers.
    package func exampleResponse(requestID: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.name(responseRoot)
        AnswerExample.write(response, requestID: requestID, to: &writer)
        writer.endObject()
        return writer.bytes
    }
}

/// Writes a response's fields with their examples as values, without checks: documented responses often break their own
/// types.
private enum AnswerExample {
    static func write(_ fields: [Field], requestID: String? = nil, to writer: inout JSONWriter) {
        writer.beginObject()
        for field in fields {
            writer.name(field.name)
            guard field.type.isList else {
                write(field, field.example ?? "", to: &writer)
                continue
            }
            writer.beginObject()
            writer.name(field.type.wireItemName)
            writer.beginArray()
            let examples = field.type.kind == .object ? [""] : ListExample.elements(field.example ?? "")
            for example in examples { write(field, example, to: &writer) }
            writer.endArray()
            writer.endObject()
        }
        writer.member("request_id", requestID)
        writer.endObject()
    }

    private static func write(_ field: Field, _ example: String, to writer: inout JSONWriter) {
        switch field.type.kind {
        case .object: write(field.children, to: &writer)
        case .number, .decimal: writer.number(lexeme: DecimalText.isValid(example) ? example : "0")
        case .boolean: writer.bool(example == "true")
        case .map, .json:
            if let document = try? JSONDocument(example) {
                writer.value(document.root)
            } else {
                writer.raw(Array("{}".utf8))
            }
        case .string, .date, .price, .bytes: writer.string(example)
        }
    }
}

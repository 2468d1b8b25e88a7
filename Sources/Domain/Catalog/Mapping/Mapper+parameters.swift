import Bytes
import JSON
import TOP

/// The root of the request. Each of its fields is one form parameter.
extension Mapper {
    mutating func request(_ root: JSONValue, files: [FilePart], _ level: Level) {
        guard root.kind == .object else { return fault(.type, "must be an object, not \(root.kind.noun)") }
        path.begin(root)
        // Reserve room for TOP's common parameters too, so that adding them does not copy the list.
        parameters.reserve(count: level.fields.count + 8, byteCount: root.raw.count + 384)
        var given = gather(root, level)
        if !files.isEmpty { attach(files, &given) }
        for index in level.fields.indices {
            if !attached.isEmpty, let part = attached[index] {
                file(part, level.fields[index], &given[index])
            } else {
                parameter(level.fields[index], of: root, &given[index])
            }
            keepCompared(index, &given)
        }
        if level.isOpen { copyUnknownParameters(root, level) }
        check(given)
    }

    private mutating func parameter(_ field: CompiledField, of root: JSONValue, _ given: inout BoundMember) {
        if given.presence == .faulty { return }
        guard let place = given.value else { return absentParameter(field, &given) }
        let value = root.value(at: place)
        if field.isRequestID, isBlank(value) { return absentParameter(field, &given) }
        path.append(.member(place))
        defer { path.removeLast() }
        if constants.contains(field.name) { return fault(.reserved, Self.constantName) }
        if isBlank(value), field.takesBlankAsMissing {
            given.presence = .blank
            if field.isRequired { fault(.required, "is required and must not be blank: \(field.expectation)") }
            return
        }
        if field.isScalar {
            guard let scalar = scalar(value, field) else {
                given.presence = .faulty
                return
            }
            return send(scalar, field, &given)
        }
        if field.isList, field.kind != .object, field.kind != .json, field.kind != .map {
            return joined(value, field, &given)
        }
        writer.removeAll()
        spans.removeAll(keepingCapacity: true)
        structured(value, field, &given)
    }

    private mutating func absentParameter(_ field: CompiledField, _ given: inout BoundMember) {
        given.presence = .absent
        guard let text = substitute(for: field) else { return }
        given.presence = .present
        send(Scalar(text: text, isBare: false), field, &given)
    }

    /// Sends a scalar.
    private mutating func send(_ scalar: Scalar, _ field: CompiledField, _ given: inout BoundMember) {
        if field.isCompared { compared = scalar.text }
        given.seconds = scalar.seconds
        if let masked = remember(scalar.text, field) {
            let span = MaskSpan(range: 0..<scalar.text.utf8.count, shown: masked, isQuoted: false)
            masks.append(ParameterMask(parameter: parameters.count, spans: [span]))
        }
        parameters.append(name: field.name, value: scalar.text)
    }

    /// Sends a list of scalars, joined by commas.
    private mutating func joined(_ value: JSONValue, _ field: CompiledField, _ given: inout BoundMember) {
        let isText = value.kind == .string
        let document = field.splits(value) ? CommaList.document(of: value, kind: field.kind) : nil
        let value = document?.root ?? value
        guard value.kind == .array else {
            given.presence = .faulty
            return fault(.type, field.listExpectation(value))
        }
        guard value.count > 0 else {
            given.presence = .blank
            if field.isRequired { fault(.required, "is required and must hold at least one element") }
            return
        }
        checkCount(value, field)
        var text = ""
        var spans: [MaskSpan] = []
        var index = 0
        for element in value.elements {
            enter(index, ofText: isText)
            if index > 0 { text += "," }
            if let part = joinable(element, field) {
                let start = text.utf8.count
                text += part
                if let masked = remember(part, field) {
                    spans.append(MaskSpan(range: start..<text.utf8.count, shown: masked, isQuoted: false))
                }
            }
            leaveElement(ofText: isText)
            index += 1
        }
        if !spans.isEmpty {
            masks.append(ParameterMask(parameter: parameters.count, spans: spans))
        }
        parameters.append(name: field.name, value: text)
    }

    private mutating func joinable(_ element: JSONValue, _ field: CompiledField) -> String? {
        if element.isNull {
            fault(.type, "must be \(field.expectation), not null")
            return nil
        }
        if field.kind == .bytes {
            fault(.file, "a file (byte[]) can only be sent as a parameter of its own")
            return nil
        }
        guard let scalar = scalar(element, field) else { return nil }
        if scalar.text.utf8.contains(UInt8(ascii: ",")) {
            fault(.element, "must not hold a comma, since TOP takes the list as one text joined by commas")
            return nil
        }
        if Parameter.isBlank(scalar.text) {
            fault(.element, "must not be blank, since TOP takes the list as one text joined by commas")
            return nil
        }
        return scalar.text
    }

    /// Sends an object, a list of objects or other JSON as one text parameter.
    private mutating func structured(_ value: JSONValue, _ field: CompiledField, _ given: inout BoundMember) {
        if let content = field.content { return send(content: content, of: field, value) }
        if field.isList {
            guard value.kind == .array else {
                given.presence = .faulty
                return fault(.type, field.listExpectation(value))
            }
            if value.count == 0 {
                given.presence = .blank
                if field.isRequired { fault(.required, "is required and must hold at least one element") }
            }
            elements(value, field)
            return sendWritten(field)
        }
        switch field.kind {
        case .object: single(value, field)
        case .map, .json: free(value, field)
        case .bytes: file(value, field, &given)
        case .string, .number, .boolean, .date, .price, .decimal: given.presence = .faulty
        }
    }

    /// Sends a file, which the caller gives as base64. A file is not a parameter and is not signed.
    private mutating func file(_ value: JSONValue, _ field: CompiledField, _ given: inout BoundMember) {
        guard let text = value.stringBytes else {
            given.presence = .faulty
            return fault(.file, "must be a file, as base64 in a text (a JSON string), not \(value.kind.noun)")
        }
        guard let bytes = Base64.decode(text) else {
            given.presence = .faulty
            return fault(.file, "must be a file, as base64 with its padding")
        }
        files.append(FilePart(name: field.name, bytes: bytes[...]))
    }

    /// Sends one object. The caller may also give a list of exactly one object.
    private mutating func single(_ value: JSONValue, _ field: CompiledField) {
        var object = value
        let isList = value.kind == .array
        if isList {
            guard value.count == 1, let only = value.elements.first(where: { _ in true }) else {
                return fault(.type, "must be an object, or a list of exactly one")
            }
            object = only
            path.append(.index(0))
        }
        if field.field.wireForm == .list { writer.beginArray() }
        if let level = field.level {
            self.object(object, level)
        } else if object.kind == .object {
            writeUnknown(object)
        } else {
            fault(.type, "must be an object, not \(object.kind.noun)")
        }
        if field.field.wireForm == .list { writer.endArray() }
        if isList { path.removeLast() }
        sendWritten(field)
    }

    /// Sends JSON whose members the page does not document. A text that holds such JSON is sent unchanged.
    private mutating func free(_ value: JSONValue, _ field: CompiledField) {
        var content = value
        let text = value.string
        if let text {
            if field.showsNoJSON, (try? JSONDocument(text)) == nil {
                return parameters.append(name: field.name, value: text)
            }
            guard let document = embedded(text) else { return }
            content = document.root
        }
        if field.kind == .map, content.kind != .object {
            return fault(.type, "must be an object, not \(content.kind.noun)")
        }
        if let text { return sendUnknown(text, named: field.name) }
        writeUnknown(value)
        sendWritten(field)
    }

    private mutating func sendWritten(_ field: CompiledField) {
        if !spans.isEmpty {
            masks.append(ParameterMask(parameter: parameters.count, spans: spans))
        }
        let written = writer.bytes
        parameters.append(name: field.name, utf8: written.span)
    }

    /// The detail of the fault of a caller that gives a parameter of TOP.
    static let reservedName = "is a name of TOP's own parameters, which the relay sets"
    /// The detail of the fault of a caller that gives a constant of the app.
    static let constantName = "is a parameter that the app sends with each call; leave it out"

    private mutating func copyUnknownParameters(_ root: JSONValue, _ level: Level) {
        root.forEachField { name, place in
            guard level.match(name) == nil, root.kind(at: place) != .null else { return }
            let ownName = String(wellFormed: name)
            guard !SystemParameters.names.contains(ownName) else {
                path.append(.member(place))
                fault(.reserved, Self.reservedName)
                path.removeLast()
                return
            }
            guard !constants.contains(ownName) else { return fault(at: ownName, .reserved, Self.constantName) }
            let value = root.value(at: place)
            var text = value.scalarText
            if text == nil {
                writer.removeAll()
                writer.value(value)
                text = String(wellFormed: writer.bytes.span)
            }
            guard let text, !Parameter.isBlank(text) else { return }
            sendUnknown(text, named: ownName)
        }
    }

    // MARK: Texts that hold JSON

    /// The JSON in a text; nil, with a fault, if the text is not JSON.
    private mutating func embedded(_ text: String) -> JSONDocument? {
        do {
            return try JSONDocument(text)
        } catch {
            fault(.json, "must hold JSON: \(error.description)")
            return nil
        }
    }

    /// Sends a parameter that is a text with JSON. The caller may give the JSON itself, which is written compactly, or
    /// the text, which is checked and sent unchanged.
    private mutating func send(content: CompiledField, of field: CompiledField, _ value: JSONValue) {
        guard let text = written(content, value) else { return }
        if !spans.isEmpty {
            masks.append(ParameterMask(parameter: parameters.count, text: writer.bytes, spans: spans))
        }
        parameters.append(name: field.name, value: text)
    }

    /// Writes a text with JSON inside an object, where the text is a JSON string.
    mutating func nestedText(_ value: JSONValue, _ field: CompiledField) {
        guard let content = field.content else { return }
        let outer = (writer, spans)
        writer = JSONWriter()
        spans = []
        let text = written(content, value)
        let isSensitive = !spans.isEmpty
        (writer, spans) = outer
        guard let text else { return writer.null() }
        let start = writer.bytes.count
        writer.string(text)
        guard isSensitive else { return }
        let comma = writer.bytes[start] == UInt8(ascii: ",") ? 1 : 0
        spans.append(MaskSpan(range: (start + comma)..<writer.bytes.count, shown: "***", isQuoted: true))
    }

    /// Checks JSON or a text that holds it. Afterwards `writer` has the compact form.
    /// - Returns: the text to send; nil, with a fault, if a text is not JSON.
    private mutating func written(_ content: CompiledField, _ value: JSONValue) -> String? {
        guard let text = value.string else {
            write(content, value)
            return String(wellFormed: writer.bytes.span)
        }
        guard let document = embedded(text) else { return nil }
        let outer = isVerbatim
        isVerbatim = true
        path.append(document: document.root)
        write(content, document.root)
        path.removeDocument()
        isVerbatim = outer
        return text
    }

    private mutating func write(_ content: CompiledField, _ value: JSONValue) {
        guard content.isList else {
            if let level = content.level { return object(value, level) }
            return writeUnknown(value)
        }
        guard value.kind == .array else { return fault(.type, content.listExpectation(value, verb: "hold")) }
        if value.count == 0 { fault(.required, "must hold at least one element") }
        elements(value, content)
    }
}

extension CompiledField {
    /// Whether the page's example for a JSON field is not JSON. Then any text is accepted.
    fileprivate var showsNoJSON: Bool {
        field.example.map { (try? JSONDocument($0)) == nil } == true
    }

    /// Whether a blank text counts as missing: in all fields that accept a text.
    fileprivate var takesBlankAsMissing: Bool {
        isScalar || takesCommaList || content != nil || kind == .json || kind == .map || kind == .bytes
    }
}

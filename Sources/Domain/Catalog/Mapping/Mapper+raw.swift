import Bytes
import JSON
import TOP

/// Raw calls. The caller's values are sent under the caller's names. An entry is used only for masking, for business
/// keys, and for the texts that the response must repeat.
extension Mapper {
    mutating func rawRequest(_ root: JSONValue, _ level: Level) {
        guard root.kind == .object else { return fault(.type, "must be an object, not \(root.kind.noun)") }
        path.begin(root)
        parameters.reserve(count: root.count + 8, byteCount: root.raw.count + 384)
        root.forEachField { name, place in
            guard root.kind(at: place) != .null else { return }
            let ownName = String(wellFormed: name)
            path.append(.member(place))
            if SystemParameters.names.contains(ownName) {
                fault(.reserved, Self.reservedName)
            } else if constants.contains(ownName) {
                fault(.reserved, Self.constantName)
            } else {
                raw(root.value(at: place), named: ownName, level.match(name).map { level.fields[$0.index] })
            }
            path.removeLast()
        }
        collectRaw(root, level)
    }

    /// Sends one parameter: a scalar as its text, other values as JSON.
    private mutating func raw(_ value: JSONValue, named name: String, _ field: CompiledField?) {
        writer.removeAll()
        spans.removeAll(keepingCapacity: true)
        if let text = value.scalarText {
            guard !Parameter.isBlank(text) else { return }
            guard let field else { return sendUnknown(text, named: name) }
            remember(raw: text, field)
            parameters.append(name: name, value: text)
        } else {
            writeRaw(value, field)
            if !spans.isEmpty { masks.append(ParameterMask(parameter: parameters.count, spans: spans)) }
            let written = writer.bytes
            parameters.append(name: name, utf8: written.span)
        }
    }

    /// Remembers the private values and business keys in a text. The text may be JSON, or comma-joined elements.
    private mutating func remember(raw text: String, _ field: CompiledField) {
        let bytes = Array(text.utf8)
        if field.holdsJSON, let document = try? JSONDocument(bytes), document.root.kind != .string {
            writeRaw(document.root, field)
            if !spans.isEmpty {
                masks.append(ParameterMask(parameter: parameters.count, text: writer.bytes, spans: spans))
            }
            return
        }
        if field.holdsJSON {
            if field.holdsSensitive || isPersonal { hide(0..<bytes.count, isQuoted: false) }
        } else if field.isList {
            var start = 0
            for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                let range = start..<(start + part.count)
                if let masked = remember(String(decoding: part, as: UTF8.self), field) {
                    spans.append(MaskSpan(range: range, shown: masked, isQuoted: false))
                }
                start = range.upperBound + 1
            }
        } else if let masked = remember(text, field) {
            spans.append(MaskSpan(range: 0..<bytes.count, shown: masked, isQuoted: false))
        }
        if !spans.isEmpty { masks.append(ParameterMask(parameter: parameters.count, spans: spans)) }
    }

    private mutating func hide(_ range: Range<Int>, isQuoted: Bool) {
        spans.append(MaskSpan(range: range, shown: "***", isQuoted: isQuoted))
    }

    /// Writes a value unchanged, and remembers its private values and business keys.
    private mutating func writeRaw(_ value: JSONValue, _ field: CompiledField?) {
        guard let field else { return writeUnknown(value) }
        let content = field.content ?? field
        switch value.kind {
        case .object:
            let outer = enclosing.last { $0.type == content.field.type.name }
            guard let level = content.level ?? (content.repeats ? outer : nil) else { return writeUnknown(value) }
            writeRaw(object: value, level)
        case .array:
            let outer = textItem
            textItem = 1
            writer.beginArray()
            for element in value.elements { writeRaw(element, field) }
            writer.endArray()
            textItem = outer
        case .null: writer.null()
        case .string, .number, .bool: writeRaw(scalar: value, field)
        }
    }

    private mutating func writeRaw(object value: JSONValue, _ level: Level) {
        if level.holdsRepeats { enclosing.append(level) }
        writer.beginObject()
        value.forEachField { name, place in
            writer.name(at: place, of: value)
            writeRaw(value.value(at: place), level.match(name).map { level.fields[$0.index] })
        }
        writer.endObject()
        if level.holdsRepeats { enclosing.removeLast() }
        collectRaw(value, level)
    }

    private mutating func writeRaw(scalar value: JSONValue, _ field: CompiledField) {
        let start = writer.bytes.count
        writer.value(value)
        // The writer may have written a comma first.
        let comma = writer.bytes[start] == UInt8(ascii: ",") ? 1 : 0
        let range = (start + comma)..<writer.bytes.count
        if field.holdsJSON {
            // The text may hold any private value.
            if field.holdsSensitive || isPersonal { hide(range, isQuoted: true) }
        } else if let text = value.scalarText, !Parameter.isBlank(text), let masked = remember(text, field) {
            spans.append(MaskSpan(range: range, shown: masked, isQuoted: true))
        }
    }

    /// Keeps the texts that the response must repeat.
    private mutating func collectRaw(_ object: JSONValue, _ level: Level) {
        if level.collectors.isEmpty { return }
        var texts: [Int: String] = [:]
        object.forEachField { name, place in
            guard let index = level.match(name)?.index else { return }
            texts[index] = object.value(at: place).scalarText
        }
        for collector in level.collectors {
            guard let text = texts[collector.field] else { continue }
            if let condition = collector.condition {
                guard let value = texts[condition.field], condition.values.contains(value) else { continue }
            }
            expectations[collector.expectation].append(text)
        }
    }
}

extension CompiledField {
    /// Whether a text as the value of the field may hold JSON.
    fileprivate var holdsJSON: Bool {
        switch kind {
        case .object, .json, .map: true
        case .string: content != nil
        case .number, .boolean, .date, .price, .decimal, .bytes: false
        }
    }
}

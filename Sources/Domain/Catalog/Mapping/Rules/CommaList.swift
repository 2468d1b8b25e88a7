import Bytes
import JSON

/// A list of scalars that the caller gives as one text, such as `11,22`.
enum CommaList {
    /// The elements as a JSON list. The elements of a list of Booleans are `true` and `false`, all others are texts.
    /// An invalid element stays in the list, so that its fault is reported.
    static func document(of value: JSONValue, kind: FieldType.Kind) -> JSONDocument? {
        guard let text = value.string else { return nil }
        var writer = JSONWriter(capacity: text.utf8.count + 16)
        writer.beginArray()
        if !text.utf8.allSatisfy(Blank.contains) {
            for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                write(part, kind: kind, to: &writer)
            }
        }
        writer.endArray()
        return try? JSONDocument(writer.bytes)
    }

    private static func write(_ part: Substring.UTF8View, kind: FieldType.Kind, to writer: inout JSONWriter) {
        var part = part
        // A list of numbers is often written with blanks after the commas.
        if kind != .string {
            while let byte = part.first, Blank.contains(byte) { part.removeFirst() }
            while let byte = part.last, Blank.contains(byte) { part.removeLast() }
        }
        if kind == .boolean, part.elementsEqual("true".utf8) || part.elementsEqual("false".utf8) {
            return writer.bool(part.first == UInt8(ascii: "t"))
        }
        writer.string(utf8: Array(part))
    }
}

extension CompiledField {
    /// Whether the list may be given as a comma-joined text: if the elements are numbers, or if the documented example
    /// is such a text.
    var takesCommaList: Bool {
        guard isList else { return false }
        switch kind {
        case .number, .decimal: return true
        case .string, .boolean, .date, .price:
            guard content == nil, let example = field.example?.utf8 else { return false }
            let first = example.first { !Blank.contains($0) }
            return example.contains(UInt8(ascii: ",")) && first != UInt8(ascii: "[") && first != UInt8(ascii: "{")
        case .json, .map, .bytes, .object: return false
        }
    }

    /// Whether a value is a comma-joined text for the list.
    func splits(_ value: JSONValue) -> Bool { value.kind == .string && takesCommaList }

    /// The detail of the fault of a value that is not a list.
    func listExpectation(_ value: JSONValue, verb: String = "be") -> String {
        let text = "must \(verb) a list, not \(value.kind.noun)"
        return value.kind == .object ? text + "; wrap the single object in a list: [{…}]" : text
    }
}

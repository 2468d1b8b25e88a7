import JSON
import TOP

/// Values that the entry does not know: sent as they are, and masked where the method is marked personal.
extension Mapper {
    /// What is shown in the place of a value that is not known.
    private static let shown = "***"

    /// Writes a value into the parameter at hand.
    mutating func writeUnknown(_ value: JSONValue) {
        let start = writer.bytes.count
        writer.value(value)
        if isPersonal { spans += Self.scalars(writer.bytes, from: start) }
    }

    /// Sends a text as a parameter.
    mutating func sendUnknown(_ text: String, named name: String) {
        if isPersonal {
            let bytes = Array(text.utf8)
            masks.append(ParameterMask(parameter: parameters.count, spans: Self.spans(of: bytes)))
        }
        parameters.append(name: name, value: text)
    }

    /// JSON keeps its names and its form, any other text nothing.
    private static func spans(of bytes: [UInt8]) -> [MaskSpan] {
        guard JSONScalars.isOutlined(bytes.span) else {
            return [MaskSpan(range: 0..<bytes.count, shown: shown, isQuoted: false)]
        }
        return scalars(bytes, from: 0)
    }

    private static func scalars(_ json: [UInt8], from start: Int) -> [MaskSpan] {
        var spans: [MaskSpan] = []
        JSONScalars.forEach(json.span.extracting(start..<json.count)) { range in
            let place = (start + range.lowerBound)..<(start + range.upperBound)
            spans.append(MaskSpan(range: place, shown: shown, isQuoted: true))
        }
        return spans
    }
}

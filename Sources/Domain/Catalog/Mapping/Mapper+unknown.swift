import JSON
import Masking
import TOP

/// Values of fields that the entry does not know. They are sent unchanged. In a personal method they are masked.
extension Mapper {
    /// The masked form of such a value.
    private static let shown = "***"

    /// Writes a value into the current parameter.
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

    /// The parts to mask: the values of JSON, or any other text as a whole.
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

import JSON
import TOP

/// Where a private value stands in a parameter's text, and what is shown there.
struct MaskSpan: Sendable, Equatable {
    let range: Range<Int>
    /// What is shown, which needs no escapes.
    let shown: String
    /// Whether it stands in JSON as a string of its own.
    let isQuoted: Bool
}

/// A parameter that holds private values.
struct ParameterMask: Sendable {
    /// The parameter's index.
    let parameter: Int
    /// The text that the spans are about, as UTF-8.
    let text: [UInt8]
    /// In ascending order.
    let spans: [MaskSpan]

    /// Appends the text as it may be shown, as the content of a JSON string: private fields masked, and private values
    /// wherever else they occur.
    func append(to bytes: inout [UInt8], _ mask: ValueMask) {
        let text = text.span
        var copied = 0
        for span in spans {
            mask.appendEscaped(text.extracting(copied..<span.range.lowerBound), to: &bytes)
            if span.isQuoted { bytes.append(contentsOf: #"\""#.utf8) }
            bytes.append(contentsOf: span.shown.utf8)
            if span.isQuoted { bytes.append(contentsOf: #"\""#.utf8) }
            copied = span.range.upperBound
        }
        mask.appendEscaped(text.extracting(copied..<text.count), to: &bytes)
    }
}

extension Mapper {
    /// The request's parameters as one JSON object from name to masked text.
    func maskedRequest(by mask: ValueMask) -> String {
        var size = 2
        for parameter in parameters { size += parameter.name.utf8.count + parameter.value.utf8.count * 5 / 4 + 16 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        var next = 0
        bytes.append(UInt8(ascii: "{"))
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            // Of an open request, a name may be anything.
            let name = parameter.name.utf8.span
            if isPersonal { mask.appendEscaped(name, to: &bytes) } else { JSONEscapes.append(name, to: &bytes) }
            bytes.append(contentsOf: "\":\"".utf8)
            if next < masks.count, masks[next].parameter == index {
                masks[next].append(to: &bytes, mask)
                next += 1
            } else {
                mask.appendEscaped(parameter.value.utf8.span, to: &bytes)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        for (index, file) in files.enumerated() {
            if index > 0 || !parameters.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            JSONEscapes.append(file.name.utf8.span, to: &bytes)
            bytes.append(contentsOf: "\":\"(a file of \(file.bytes.count) bytes)\"".utf8)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

import Bytes
import JSON
import Masking
import TOP

/// The range of a private value in a parameter's text, and its masked form.
struct MaskSpan: Sendable, Equatable {
    let range: Range<Int>
    /// The masked form. It needs no escapes in JSON.
    let shown: String
    /// Whether the masked form is a JSON string and needs quotation marks.
    let isQuoted: Bool
}

/// The private values of a parameter.
struct ParameterMask: Sendable {
    /// The parameter's index.
    let parameter: Int
    /// The text that is shown and that the spans refer to, as UTF-8; nil if it is the text of the parameter.
    var text: [UInt8]?
    /// In ascending order.
    let spans: [MaskSpan]

    /// Appends the masked text as the content of a JSON string. It masks the spans, and private values anywhere else.
    func append(_ value: Span<UInt8>, to bytes: inout [UInt8], _ mask: ValueMask) {
        if let text { append(shown: text.span, to: &bytes, mask) } else { append(shown: value, to: &bytes, mask) }
    }

    private func append(shown text: Span<UInt8>, to bytes: inout [UInt8], _ mask: ValueMask) {
        let isJSON = JSONScalars.isOutlined(text)
        var copied = 0
        for span in spans {
            mask.appendEscaped(text.extracting(copied..<span.range.lowerBound), to: &bytes, isJSON: isJSON)
            if span.isQuoted { Self.appendQuote(to: &bytes) }
            bytes.append(utf8: span.shown)
            if span.isQuoted { Self.appendQuote(to: &bytes) }
            copied = span.range.upperBound
        }
        mask.appendEscaped(text.extracting(copied..<text.count), to: &bytes, isJSON: isJSON)
    }

    private static func appendQuote(to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "\""))
    }
}

extension Mapper {
    /// The request's parameters as one JSON object from names to masked texts.
    func maskedRequest(by mask: ValueMask) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 + parameters.byteCount * 5 / 4 + 16 * parameters.count)
        var next = 0
        bytes.append(UInt8(ascii: "{"))
        for index in parameters.indices {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            parameters.withText(at: index) { name, value in
                append(name: name, to: &bytes, mask)
                bytes.append(UInt8(ascii: ":"))
                bytes.append(UInt8(ascii: "\""))
                if next < masks.count, masks[next].parameter == index {
                    masks[next].append(value, to: &bytes, mask)
                    next += 1
                } else {
                    mask.appendEscaped(value, to: &bytes)
                }
                bytes.append(UInt8(ascii: "\""))
            }
        }
        for (index, file) in files.enumerated() {
            if index > 0 || !parameters.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            file.name.withUTF8Span { JSONEscapes.append($0, to: &bytes) }
            bytes.append(contentsOf: "\":\"(a file of \(file.bytes.count) bytes)\"".utf8)
        }
        bytes.append(UInt8(ascii: "}"))
        return String(wellFormed: bytes.span)
    }

    /// Appends a name in quotation marks. The names of an open request may be any text, so a personal method masks
    /// them.
    private func append(name: Span<UInt8>, to bytes: inout [UInt8], _ mask: ValueMask) {
        guard isPersonal else { return JSONEscapes.appendQuoted(name, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
        mask.appendEscaped(name, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}

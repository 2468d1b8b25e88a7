import JSON
import TOP

/// Where a private value stands in a parameter's text, and what is shown there.
struct MaskSpan: Sendable, Equatable {
    let range: Range<Int>
    let shown: [UInt8]
}

/// A parameter that holds private values.
struct ParameterMask: Sendable {
    /// The parameter's index.
    let parameter: Int
    /// The text that the spans are about, as UTF-8.
    let text: [UInt8]
    /// In ascending order.
    let spans: [MaskSpan]

    /// The text as it may be shown: private fields masked, and private values wherever else they occur.
    func masked(by mask: ValueMask) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + 16)
        var copied = 0
        for span in spans {
            append(text[copied..<span.range.lowerBound], to: &result, mask)
            result.append(contentsOf: span.shown)
            copied = span.range.upperBound
        }
        append(text[copied...], to: &result, mask)
        return result
    }

    private func append(_ part: ArraySlice<UInt8>, to result: inout [UInt8], _ mask: ValueMask) {
        if let replaced = mask.replaced(part) {
            result.append(contentsOf: replaced)
        } else {
            result.append(contentsOf: part)
        }
    }
}

extension Mapper {
    /// The request's parameters as one JSON object from name to masked text.
    func maskedRequest(by mask: ValueMask) -> String {
        var size = 2
        for parameter in parameters { size += parameter.name.utf8.count + parameter.value.utf8.count + 32 }
        var writer = JSONWriter(capacity: size)
        var next = 0
        writer.beginObject()
        for (index, parameter) in parameters.enumerated() {
            writer.name(parameter.name)
            if next < masks.count, masks[next].parameter == index {
                writer.string(utf8: masks[next].masked(by: mask))
                next += 1
            } else {
                writer.string(mask.masked(parameter.value))
            }
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

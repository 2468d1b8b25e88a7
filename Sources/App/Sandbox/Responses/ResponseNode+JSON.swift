import JSON

extension ResponseNode {
    /// JSON in TOP's form. Lists have their wrapper unless simplified, and `/` is escaped.
    func json(simplified: Bool = false) -> [UInt8] {
        var text: [UInt8] = []
        appendJSON(to: &text, simplified: simplified)
        return text
    }

    private func appendJSON(to text: inout [UInt8], simplified: Bool) {
        switch self {
        case .text(let value): Self.appendString(value, to: &text)
        case .number(let lexeme): text += lexeme.utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .rawText(let bytes):
            text.append(UInt8(ascii: "\""))
            text += bytes
            text.append(UInt8(ascii: "\""))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                Self.appendString(member.name, to: &text)
                text.append(UInt8(ascii: ":"))
                member.value.appendJSON(to: &text, simplified: simplified)
            }
            text.append(UInt8(ascii: "}"))
        case .list(let item, let elements):
            guard !simplified else { return Self.appendArray(elements, to: &text, simplified: true) }
            text.append(UInt8(ascii: "{"))
            Self.appendString(item, to: &text)
            text.append(UInt8(ascii: ":"))
            Self.appendArray(elements, to: &text, simplified: false)
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func appendArray(_ elements: [ResponseNode], to text: inout [UInt8], simplified: Bool) {
        text.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            element.appendJSON(to: &text, simplified: simplified)
        }
        text.append(UInt8(ascii: "]"))
    }

    private static func appendString(_ value: String, to text: inout [UInt8]) {
        var writer = JSONWriter(capacity: value.utf8.count + 2)
        writer.string(value)
        for byte in writer.bytes {
            if byte == UInt8(ascii: "/") { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
    }
}

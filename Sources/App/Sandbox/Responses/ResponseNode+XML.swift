extension ResponseNode {
    /// XML in TOP's form. Each member is an element, and a list is a container of repeated items.
    func xml(root: String) -> [UInt8] {
        var text = Array(#"<?xml version="1.0" encoding="utf-8" ?>"#.utf8)
        appendElement(root, to: &text)
        return text
    }

    private func appendElement(_ name: String, to text: inout [UInt8]) {
        if case .list = self {
            text += "<\(name) list=\"true\">".utf8
        } else {
            text += "<\(name)>".utf8
        }
        switch self {
        case .text(let value): Self.appendEscaped(value, to: &text)
        case .number(let lexeme): text += lexeme.utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .rawText(let bytes): text += bytes
        case .object(let members):
            for member in members { member.value.appendElement(member.name, to: &text) }
        case .list(let item, let elements):
            for element in elements { element.appendElement(item, to: &text) }
        }
        text += "</\(name)>".utf8
    }

    private static func appendEscaped(_ value: String, to text: inout [UInt8]) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "<"): text += "&lt;".utf8
            case UInt8(ascii: ">"): text += "&gt;".utf8
            case UInt8(ascii: "&"): text += "&amp;".utf8
            case UInt8(ascii: "\""): text += "&quot;".utf8
            case 0..<0x20 where byte != 0x09 && byte != 0x0A && byte != 0x0D: text += "\u{FFFD}".utf8
            default: text.append(byte)
            }
        }
    }
}

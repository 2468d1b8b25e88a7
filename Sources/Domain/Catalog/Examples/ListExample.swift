import JSON

/// The elements of a list's example. Pages join them by commas, with or without brackets, or write a JSON list.
package enum ListExample {
    /// The non-empty elements as texts without outer white space.
    package static func elements(_ text: String) -> [String] {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return parts(text) }
        if let document = try? JSONDocument(text), document.root.kind == .array {
            let elements = document.root.elements.map { $0.scalarText }
            if elements.allSatisfy({ $0 != nil }) { return elements.compactMap { $0 }.filter { !$0.isEmpty } }
        }
        return parts(String(text.dropFirst().dropLast())).map(unquoted)
    }

    /// Bracketed forms of a text that Java has without brackets: `[31]` for `31`; `[a,b]` and `["a","b"]` for `a,b`.
    package static func bracketed(_ text: String) -> [String] {
        if text.hasPrefix("[") { return [] }
        let quoted = parts(text).map { "\"\($0)\"" }.joined(separator: ",")
        return ["[\(text)]", "[\(quoted)]"]
    }

    private static func parts(_ text: String) -> [String] {
        text.split(separator: ",").map { Blank.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    private static func unquoted(_ text: String) -> String {
        guard text.utf8.count >= 2, let first = text.utf8.first, first == text.utf8.last,
            first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        else { return text }
        return String(text.dropFirst().dropLast())
    }
}

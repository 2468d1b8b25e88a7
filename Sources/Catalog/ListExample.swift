import JSON

/// The elements of a list's example: pages join them by commas, or write them as a JSON list.
enum ListExample {
    /// The elements as texts, without white space around them; empty ones are left out.
    static func elements(_ text: String) -> [String] {
        if text.hasPrefix("["), let document = try? JSONDocument(text), document.root.kind == .array {
            let elements = document.root.elements.map { $0.scalarText }
            if elements.allSatisfy({ $0 != nil }) { return elements.compactMap { $0 }.filter { !$0.isEmpty } }
        }
        return text.split(separator: ",").map { Blank.trimmed(String($0)) }.filter { !$0.isEmpty }
    }
}

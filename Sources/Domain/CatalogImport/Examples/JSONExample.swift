import JSON

/// Reads the response's JSON example on pages without XML.
struct JSONExample {
    private var tree = ExampleTree()

    /// The largest number of lines that are tried as the start of the example.
    private static let maximumStarts = 8

    /// The tree below the root and the root's name; nil if the lines have no JSON response.
    static func read(_ lines: ArraySlice<PageLine>) -> (tree: ExampleTree, root: String)? {
        let starts = lines.indices.filter { lines[$0].text.hasPrefix("{") }
        for start in starts.prefix(maximumStarts) {
            let text = lines[start...].map(\.raw).joined(separator: "\n")
            guard let document = try? JSONDocument(first(text)), document.root.kind == .object,
                let root = document.root.members.first(where: { $0.name.hasSuffix("_response") })
            else { continue }
            var example = JSONExample()
            example.read(root.value, into: 0)
            example.tree.isComplete = !example.tree.isFull
            return (example.tree, root.name)
        }
        return nil
    }

    /// The contents of the outer brackets at the start of a text.
    private static func first(_ text: String) -> String {
        var depth = 0
        var (isText, isEscaped) = (false, false)
        var end = 0
        for byte in text.utf8 {
            end += 1
            if isText {
                if byte == UInt8(ascii: "\""), !isEscaped { isText = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return String(decoding: text.utf8.prefix(end), as: UTF8.self) }
            default: break
            }
        }
        return text
    }

    private mutating func read(_ object: JSONValue, into parent: Int) {
        let isWrapper = object.count == 1
        for member in object.members where !tree.isFull {
            guard member.value.kind == .array else {
                add(member.name, member.value, to: parent)
                continue
            }
            if isWrapper {
                for element in member.value.elements { add(member.name, element, to: parent) }
                continue
            }
            // A simplified response has no wrapper. It is added, so that all lists have one form.
            let list = add(member.name, to: parent)
            for element in member.value.elements { add("item", element, to: list) }
        }
    }

    private mutating func add(_ name: String, _ value: JSONValue, to parent: Int) {
        guard !tree.isFull else { return }
        let node = add(name, to: parent)
        if value.kind == .object {
            tree.update(node) { $0.isObject = true }
            read(value, into: node)
        } else if let text = value.scalarText, !text.isEmpty {
            tree.update(node) { $0.values = [text] }
        }
    }

    private mutating func add(_ name: String, to parent: Int) -> Int {
        let node = tree.add(ExampleTree.Node(name: name, key: ExampleTree.key(name)))
        tree.attach(node, to: parent)
        return node
    }
}

import Catalog

/// Reads the response's XML example. It is tolerant, needs one pass and limits the nesting.
struct XMLExample {
    private let bytes: [UInt8]
    private var place = 0
    private var tree = ExampleTree()
    /// The open elements with their nodes and the start of their contents.
    private var open: [(node: Int, name: ArraySlice<UInt8>, content: Int)] = []
    private var root: String?

    private static let maximumDepth = 64
    private static let maximumNameBytes = 256

    /// The tree below the root element and the root's name; nil if there is no element.
    static func read(_ lines: ArraySlice<PageLine>) -> (tree: ExampleTree, root: String)? {
        var reader = XMLExample(bytes: Array(lines.map(\.raw).joined(separator: "\n").utf8))
        reader.read()
        guard let root = reader.root else { return nil }
        return (reader.tree, root)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func read() {
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "<"), !tree.isFull else {
                place += 1
                continue
            }
            if !tag() { place += 1 }
            if root != nil, open.isEmpty {
                tree.isComplete = true
                return
            }
        }
    }

    /// Takes a tag. Returns false if there is none.
    private mutating func tag() -> Bool {
        let start = place
        let isEnd = start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "/")
        let first = start + (isEnd ? 2 : 1)
        var end = first
        while end < bytes.count, end - first < Self.maximumNameBytes, Self.isNameByte(bytes[end]) { end += 1 }
        guard end > first, end < bytes.count else { return false }
        let isEmpty = bytes[end] == UInt8(ascii: "/") && end + 1 < bytes.count && bytes[end + 1] == UInt8(ascii: ">")
        guard isEmpty || bytes[end] == UInt8(ascii: ">") else { return false }
        let name = bytes[first..<end]
        place = end + (isEmpty ? 2 : 1)
        if isEnd {
            close(name, at: start)
        } else {
            begin(name)
            if isEmpty { close(name, at: place) }
        }
        return true
    }

    private mutating func begin(_ name: ArraySlice<UInt8>) {
        let text = String(decoding: name, as: UTF8.self)
        if root == nil {
            guard text.hasSuffix("_response") else { return }
            root = text
            open.append((0, name, place))
            return
        }
        guard open.count < Self.maximumDepth, let parent = open.last?.node else { return }
        let node = tree.add(ExampleTree.Node(name: text, key: ExampleTree.key(text)))
        tree.attach(node, to: parent)
        open.append((node, name, place))
    }

    /// Closes the innermost element with this name, and all open elements inside it.
    private mutating func close(_ name: ArraySlice<UInt8>, at end: Int) {
        guard let index = open.lastIndex(where: { $0.name == name }) else { return }
        while open.count > index {
            guard let element = open.popLast() else { return }
            let hasChildren = !tree.nodes[element.node].children.isEmpty
            tree.update(element.node) { node in
                node.isObject = hasChildren
                let text = Self.text(bytes[element.content..<end])
                if !text.isEmpty { node.values = hasChildren ? [] : [text] }
            }
            if hasChildren { readMarkup(element.node, bytes[element.content..<end]) }
        }
    }

    /// Handles unescaped XML in a text: apparent children may be a value. Only short texts are kept.
    private mutating func readMarkup(_ node: Int, _ content: ArraySlice<UInt8>) {
        guard content.count <= 4096, open.count > 0 else { return }
        let items = tree.nodes[node].children.flatMap { tree.nodes[$0].values }
        let text = Self.text(content)
        let isFlat = tree.nodes[node].children.allSatisfy { tree.nodes[$0].children.isEmpty }
        tree.update(node) { $0.values = (isFlat ? [items.joined(separator: ",")] : []) + [text] }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte >= 0x80
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "$")
    }

    private static let entities: [(name: [UInt8], byte: UInt8)] = [
        (Array("&quot;".utf8), UInt8(ascii: "\"")), (Array("&lt;".utf8), UInt8(ascii: "<")),
        (Array("&gt;".utf8), UInt8(ascii: ">")), (Array("&amp;".utf8), UInt8(ascii: "&")),
        (Array("&apos;".utf8), UInt8(ascii: "'")), (Array("&#39;".utf8), UInt8(ascii: "'")),
        (Array("&#34;".utf8), UInt8(ascii: "\"")),
    ]

    /// The contents with resolved entities and without outer white space.
    private static func text(_ content: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var place = content.startIndex
        while place < content.endIndex {
            if content[place] == UInt8(ascii: "&"),
                let entity = entities.first(where: { content[place...].starts(with: $0.name) })
            {
                result.append(entity.byte)
                place += entity.name.count
            } else {
                result.append(content[place])
                place += 1
            }
        }
        return Blank.trimmed(String(decoding: result, as: UTF8.self))
    }
}

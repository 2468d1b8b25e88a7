/// What an example shows: names in their nesting, in the order in which the example speaks of them.
struct ExampleTree: Sendable {
    struct Node: Sendable {
        /// The name as the example writes it.
        var name: String
        /// The name by which rows are compared.
        var key: String
        /// Possible readings of the value, the likeliest first; empty if the example gives none.
        var values: [String] = []
        var children: [Int] = []
        /// The name of an object's class; empty if the example gives none.
        var className = ""
        var isObject = false
    }

    /// The nodes; the first is the root.
    private(set) var nodes: [Node]
    /// Whether the example ends as it should.
    var isComplete = false

    /// The most nodes that are taken.
    static let maximumNodes = 20_000

    init() {
        nodes = [Node(name: "", key: "", isObject: true)]
    }

    var isFull: Bool { nodes.count >= Self.maximumNodes }

    mutating func add(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    mutating func attach(_ child: Int, to parent: Int) {
        nodes[parent].children.append(child)
    }

    mutating func update(_ index: Int, _ change: (inout Node) -> Void) {
        change(&nodes[index])
    }

    /// A name without case, `_`, `-`, `.` and spaces: Java's setters keep only that much of it.
    static func key(_ name: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: " "): continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

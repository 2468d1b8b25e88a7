/// The names in an example with their nesting, in the example's order.
struct ExampleTree: Sendable {
    struct Node: Sendable {
        /// The name in the example's spelling.
        var name: String
        /// The name for comparison with rows.
        var key: String
        /// Possible readings of the value, the most likely first. Empty if the example has no value.
        var values: [String] = []
        var children: [Int] = []
        /// The class of an object. Empty if the example does not name it.
        var className = ""
        var isObject = false
    }

    /// The nodes; the first is the root.
    private(set) var nodes: [Node]
    /// Whether the example has its end.
    var isComplete = false

    /// The largest number of nodes.
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

    /// A name without case, `_`, `-`, `.` and spaces. Java's setters keep nothing else.
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

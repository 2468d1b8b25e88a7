/// The elements of an array, in order.
package struct Elements: Sequence, IteratorProtocol, Sendable {
    private let storage: JSONDocument.Storage
    private var place: Int
    private let end: Int

    init(of value: JSONValue) {
        let node = value.node
        storage = value.storage
        place = value.index + 1
        end = node.kind == .array ? Int(node.next) : 0
    }

    /// The next element; nil after the last.
    package mutating func next() -> JSONValue? {
        guard place < end else { return nil }
        let element = JSONValue(storage: storage, index: place)
        place = Int(storage.nodes[place].next)
        return element
    }
}

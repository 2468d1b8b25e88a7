/// The members of an object, in document order.
package struct Fields: Sequence, IteratorProtocol, Sendable {
    private let storage: JSONDocument.Storage
    private var place: Int
    private let end: Int

    init(of value: JSONValue) {
        let node = value.node
        storage = value.storage
        place = value.index + 1
        end = node.kind == .object ? Int(node.next) : 0
    }

    /// The next member; nil after the last.
    package mutating func next() -> JSONMember? {
        while place < end {
            let name = place
            place = Int(storage.nodes[name + 1].next)
            if !storage.nodes[name].isShadowed { return JSONMember(storage: storage, nameIndex: name) }
        }
        return nil
    }
}

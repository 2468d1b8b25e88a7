/// The place of a member or value in its document. It retains nothing, and is valid only for this document.
package struct JSONPlace: Sendable, Equatable {
    let index: Int
}

extension JSONValue {
    /// Calls `body` with the decoded name and the place of each member, in document order. Does nothing unless the
    /// value is an object.
    package func forEachField(_ body: (_ name: Span<UInt8>, _ place: JSONPlace) -> Void) {
        let nodes = storage.nodes
        guard nodes[index].kind == .object else { return }
        storage.withSource { source in
            let end = Int(nodes[index].next)
            var name = index + 1
            while name < end {
                let node = nodes[name]
                if !node.isShadowed { Text.withUTF8(source, of: node) { body($0, JSONPlace(index: name)) } }
                name = Int(nodes[name + 1].next)
            }
        }
    }

    /// The member at a place.
    package func member(at place: JSONPlace) -> JSONMember { JSONMember(storage: storage, nameIndex: place.index) }

    /// The value of the member at a place.
    package func value(at place: JSONPlace) -> JSONValue { JSONValue(storage: storage, index: place.index + 1) }

    /// The kind of the value of the member at a place.
    package func kind(at place: JSONPlace) -> Kind { storage.nodes[place.index + 1].kind }
}

/// A member of an object, whose name is decoded only when it is asked for.
public struct JSONMember: Sendable {
    private let nameValue: JSONValue

    init(storage: JSONDocument.Storage, nameIndex: Int) {
        nameValue = JSONValue(storage: storage, index: nameIndex)
    }

    /// The member's value.
    public var value: JSONValue { JSONValue(storage: nameValue.storage, index: nameValue.index + 1) }

    /// The decoded name.
    public var name: String { nameValue.string ?? "" }

    /// The decoded name as UTF-8, without a copy where the source holds no escapes.
    public var nameBytes: ArraySlice<UInt8> { nameValue.stringBytes ?? [] }

    /// Where the name starts, in bytes from the start of the document.
    public var offset: Int { nameValue.offset }

    /// Whether the member has that name, byte for byte. Allocates nothing unless the name is written with escapes.
    public func isNamed(_ name: String) -> Bool {
        let node = nameValue.node
        if node.isEscaped { return nameBytes.elementsEqual(name.utf8) }
        let wanted = name.utf8.span
        let start = Int(node.start) + 1
        guard Int(node.end) - 1 - start == wanted.count else { return false }
        for offset in 0..<wanted.count where nameValue.storage.bytes[start + offset] != wanted[offset] { return false }
        return true
    }
}

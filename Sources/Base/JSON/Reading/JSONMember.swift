import Bytes

/// A member of an object, whose name is decoded only when it is asked for.
public struct JSONMember: Sendable {
    private let nameValue: JSONValue

    private var storage: JSONDocument.Storage { nameValue.storage }

    init(storage: JSONDocument.Storage, nameIndex: Int) {
        nameValue = JSONValue(storage: storage, index: nameIndex)
    }

    /// The member's value.
    public var value: JSONValue { JSONValue(storage: nameValue.storage, index: nameValue.index + 1) }

    /// The decoded name.
    public var name: String { nameValue.string ?? "" }

    /// The decoded name as UTF-8, without a copy where the source holds no escapes.
    public var nameBytes: ArraySlice<UInt8> { nameValue.stringBytes ?? [] }

    /// Hands out the decoded name as UTF-8, in place where the source holds no escapes.
    public func withNameBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        storage.withSource { Text.withUTF8($0, of: nameValue.node, body) }
    }

    /// Where the name starts, in bytes from the start of the document.
    public var offset: Int { nameValue.offset }

    /// Whether the member has that name, byte for byte. Allocates nothing unless the name is written with escapes.
    public func isNamed(_ name: String) -> Bool {
        name.withUTF8Span { wanted in withNameBytes { $0.isEqual(to: wanted) } }
    }
}

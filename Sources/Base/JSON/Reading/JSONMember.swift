import Bytes

/// A member of an object. Its name is decoded only when it is read.
package struct JSONMember: Sendable {
    private let nameValue: JSONValue

    private var storage: JSONDocument.Storage { nameValue.storage }

    init(storage: JSONDocument.Storage, nameIndex: Int) {
        nameValue = JSONValue(storage: storage, index: nameIndex)
    }

    /// The value of the member.
    package var value: JSONValue { JSONValue(storage: nameValue.storage, index: nameValue.index + 1) }

    /// The decoded name.
    package var name: String { nameValue.string ?? "" }

    /// Passes the decoded name to `body` as UTF-8, in place if the source has no escapes.
    package func withNameBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        storage.withSource { Text.withUTF8($0, of: nameValue.node, body) }
    }

    /// Where the name starts, in bytes from the start of the document.
    package var offset: Int { nameValue.offset }

    /// Whether the member has this name, byte for byte. It allocates only if the name has escapes.
    package func isNamed(_ name: String) -> Bool {
        name.withUTF8Span { wanted in withNameBytes { $0.isEqual(to: wanted) } }
    }
}

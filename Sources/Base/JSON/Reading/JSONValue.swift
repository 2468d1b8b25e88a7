import Bytes

/// A value inside a document: the document and a place on its tape.
///
/// Texts are compared by their UTF-8 bytes, never by Unicode equivalence.
package struct JSONValue: Sendable {
    /// The kind of a value.
    package enum Kind: Sendable, Equatable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool
        /// A number of any size and precision.
        case number
        /// A string.
        case string
        /// An array.
        case array
        /// An object.
        case object
    }

    let storage: JSONDocument.Storage
    let index: Int

    init(storage: JSONDocument.Storage, index: Int) {
        self.storage = storage
        self.index = index
    }

    var node: Node { storage.nodes[index] }

    /// The kind of the value.
    package var kind: Kind { node.kind }

    /// Whether the value is `null`.
    package var isNull: Bool { kind == .null }

    /// The value of `true` or `false`; nil for other kinds.
    package var bool: Bool? {
        let node = node
        return node.kind == .bool ? storage.bytes[Int(node.start)] == UInt8(ascii: "t") : nil
    }

    /// The decoded string; nil unless the value is a string.
    package var string: String? {
        let node = node
        guard node.kind == .string else { return nil }
        return storage.withSource { Text.decode($0, of: node) }
    }

    /// The decoded string as UTF-8, without a copy if the source has no escapes; nil unless the value is a string.
    package var stringBytes: ArraySlice<UInt8>? {
        let node = node
        guard node.kind == .string else { return nil }
        guard node.isEscaped else { return storage.bytes[node.content] }
        return storage.withSource { Text.decoded($0, of: node) }[...]
    }

    /// Passes the decoded string to `body` as UTF-8, in place if the source has no escapes; nil unless the value is a
    /// string.
    package func withStringBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
        let node = node
        guard node.kind == .string else { return nil }
        return storage.withSource { Text.withUTF8($0, of: node, body) }
    }

    /// A number exactly as it is written; nil unless the value is a number.
    package var lexeme: String? {
        kind == .number ? source : nil
    }

    /// An integer that fits into 64 bits; nil for any other value.
    package var integer: Int? {
        kind == .number ? Int(source) : nil
    }

    /// The text of a scalar: the content of a string, the digits of a number, `true` or `false`; nil for `null` and
    /// containers.
    package var scalarText: String? {
        switch kind {
        case .string: string
        case .number, .bool: source
        case .null, .array, .object: nil
        }
    }

    /// The bytes of the value in the source, including quotation marks and inner white space.
    package var raw: ArraySlice<UInt8> {
        let node = node
        return storage.bytes[Int(node.start)..<Int(node.end)]
    }

    /// The bytes of the value in the source, as a text.
    private var source: String {
        let node = node
        return storage.withSource { String(wellFormed: $0.extracting(Int(node.start)..<Int(node.end))) }
    }

    /// Where the value starts, in bytes from the start of the document.
    package var offset: Int { Int(node.start) }

    /// The number of members of an object or elements of an array; 0 for a scalar.
    package var count: Int { Int(node.count) }

    /// The value of the whole document.
    package var documentRoot: JSONValue { JSONValue(storage: storage, index: 0) }

    /// The source of the document, or its repaired form.
    package var documentBytes: [UInt8] { storage.bytes }

    /// Whether some object of the document names a member twice, so that its text holds more than is to be seen.
    package var documentRepeatsNames: Bool { storage.repeatsNames }

    /// Whether this object itself repeats a member name. False unless the value is an object.
    package var repeatsNames: Bool { hasShadowedName { _ in true } }

    /// Whether this object itself has the member `name` more than once. False unless the value is an object.
    package func repeats(_ name: String) -> Bool {
        hasShadowedName { node in
            storage.withSource { source in
                name.withUTF8Span { wanted in Text.withUTF8(source, of: node, { $0.isEqual(to: wanted) }) }
            }
        }
    }

    private func hasShadowedName(where matches: (Node) -> Bool) -> Bool {
        let nodes = storage.nodes
        guard nodes[index].kind == .object else { return false }
        var member = index + 1
        while member < Int(nodes[index].next) {
            if nodes[member].isShadowed, matches(nodes[member]) { return true }
            member = Int(nodes[member + 1].next)
        }
        return false
    }

    /// The members of an object, whose names are decoded only when they are read. Empty unless the value is an object.
    package var fields: Fields { Fields(of: self) }

    /// The members of an object in document order. Empty unless the value is an object.
    package var members: Members { Members(of: self) }

    /// The elements of an array in order. Empty unless the value is an array.
    package var elements: Elements { Elements(of: self) }

    /// The value of a member; nil if the object does not have it or the value is not an object. The time is linear in
    /// the number of members.
    package subscript(name: String) -> JSONValue? {
        let nodes = storage.nodes
        guard nodes[index].kind == .object else { return nil }
        return storage.withSource { source in
            name.withUTF8Span { wanted in
                let end = Int(nodes[index].next)
                var member = index + 1
                while member < end {
                    let name = nodes[member]
                    if !name.isShadowed, name.reads(wanted, in: source) {
                        return JSONValue(storage: storage, index: member + 1)
                    }
                    member = Int(nodes[member + 1].next)
                }
                return nil
            }
        }
    }
}

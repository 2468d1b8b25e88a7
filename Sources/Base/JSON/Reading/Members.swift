/// The members of an object as pairs of name and value, in document order.
package struct Members: Sequence, IteratorProtocol, Sendable {
    private var fields: Fields

    init(of value: JSONValue) {
        fields = Fields(of: value)
    }

    /// The next member; nil after the last.
    package mutating func next() -> (name: String, value: JSONValue)? {
        guard let field = fields.next() else { return nil }
        return (field.name, field.value)
    }
}

import Masking

/// The documented fields of an object in a response, compiled for looking up names.
final class ResponseLevel: Sendable {
    /// A field of a response.
    final class Member: Sendable {
        let name: String
        let isList: Bool
        /// The type of one value.
        let kind: FieldType.Kind
        /// The name that TOP gives to one element of the list.
        let itemName: String
        let key: String?
        let sensitivity: Sensitivity?
        /// The members of the object, or of the list's elements; nil if none are documented.
        let level: ResponseLevel?

        init(_ field: Field) {
            name = field.name
            isList = field.type.isList
            kind = field.type.kind
            itemName = field.type.wireItemName
            key = field.key
            sensitivity = field.sensitivity
            level = field.children.isEmpty ? nil : ResponseLevel(field.children)
        }
    }

    let members: [Member]
    /// The members that are lists.
    let lists: [Member]
    private let table: NameTable

    init(_ fields: [Field]) {
        members = fields.map(Member.init)
        lists = members.filter(\.isList)
        var table = NameTable(capacity: fields.count)
        for (index, field) in fields.enumerated() { table.insert(field.name, index: index) }
        self.table = table
    }

    subscript(name: Span<UInt8>) -> Member? {
        guard let match = table.match(name) else { return nil }
        return members[match.index]
    }

    subscript(name: String) -> Member? {
        members.first { $0.name == name }
    }
}

import JSON

/// Objects inside objects.
extension Mapper {
    /// Writes an object, which the caller may also give as a list of exactly one where it is no element of a list.
    mutating func object(_ value: JSONValue, of field: CompiledField) {
        guard value.kind == .array, !field.isList, !isVerbatim else { return bareObject(value, of: field) }
        guard value.count == 1, let only = value.elements.first(where: { _ in true }) else {
            return fault(.type, "must be an object, or a list of exactly one")
        }
        path.append(.index(0))
        bareObject(only, of: field)
        path.removeLast()
    }

    private mutating func bareObject(_ value: JSONValue, of field: CompiledField) {
        if let level = field.level { return object(value, level) }
        // The page lists a type's members once; where the type nests itself they are meant again.
        if field.repeats, let level = enclosing.last(where: { $0.type == field.field.type.name }) {
            return object(value, level)
        }
        if value.kind != .object { fault(.type, "must be an object, not \(value.kind.inWords)") }
        writeUnknown(value)
    }
}

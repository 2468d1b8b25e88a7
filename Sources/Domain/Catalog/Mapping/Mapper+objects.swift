import JSON

/// Objects inside objects.
extension Mapper {
    /// Writes an object. If the field is not a list, the caller may also give a list of exactly one object.
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
        // The page lists a type's members once. If the type contains itself, the inner objects have the same members.
        if field.repeats, let level = enclosing.last(where: { $0.type == field.field.type.name }) {
            return object(value, level)
        }
        if value.kind != .object { fault(.type, "must be an object, not \(value.kind.noun)") }
        writeUnknown(value)
    }
}

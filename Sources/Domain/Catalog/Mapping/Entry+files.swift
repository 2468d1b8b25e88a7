extension Entry {
    /// Whether a call may have files (`byte[]` parameters). Only then may its body be `multipart/form-data`.
    package var takesFiles: Bool { request.contains(where: \.isFile) }

    /// Whether a name, in any accepted spelling, is that of a file.
    package func isFile(_ name: String) -> Bool {
        level.match(name).map { level.fields[$0.index].field.isFile } ?? false
    }
}

extension Entry {
    /// Whether a name, in any accepted spelling, is that of a Boolean.
    package func isBoolean(_ name: String) -> Bool {
        level.match(name).map { level.fields[$0.index].kind == .boolean && !level.fields[$0.index].isList } ?? false
    }
}

extension Field {
    /// Whether the field, as a parameter, is a file.
    package var isFile: Bool { type.kind == .bytes && !type.isList }
}

import TOP

/// Files in parts of a `multipart/form-data` body.
extension Mapper {
    /// Assigns the parts to the level's fields. It notes parts without a file field, and repeated ones.
    mutating func attach(_ parts: [FilePart], _ given: inout BoundMembers) {
        let level = given.level
        for part in parts {
            guard let match = level.match(part.name) else {
                unknownFile(part.name, level)
                continue
            }
            let field = level.fields[match.index]
            guard field.field.isFile else {
                fault(
                    at: part.name, .file,
                    "is not a file (byte[]): give it in the JSON part, or as a part without a filename")
                continue
            }
            if given[match.index].value != nil {
                let other = given.name(of: match.index)
                fault(at: part.name, .duplicate, "given twice, in the JSON part as \"\(other)\" and as a file part")
                given[match.index].presence = .faulty
            } else if attached[match.index] != nil {
                fault(at: part.name, .duplicate, "given twice, in two file parts")
            } else {
                attached[match.index] = part
            }
        }
    }

    private mutating func unknownFile(_ name: String, _ level: Level) {
        suggestions -= 1
        let names = level.fields.filter(\.field.isFile).map(\.name)
        let nearest = suggestions >= 0 ? NearestName.of(name, among: names) : nil
        fault(at: name, .unknown, nearest.map { "unknown file; did you mean \"\($0)\"?" } ?? "unknown file")
    }

    /// Sends a file under its documented name. An empty file counts as missing, like an empty text.
    mutating func file(_ part: FilePart, _ field: CompiledField, _ given: inout BoundMember) {
        if given.presence == .faulty { return }
        guard !part.bytes.isEmpty else {
            given.presence = .blank
            if field.isRequired {
                fault(at: part.name, .required, "is required and must not be empty: \(field.expectation)")
            }
            return
        }
        given.presence = .present
        var file = part
        file.name = field.name
        files.append(file)
    }
}

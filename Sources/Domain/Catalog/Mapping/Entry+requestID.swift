package import JSON

/// What a caller's JSON says of its request id.
package enum GivenRequestID: Sendable, Equatable {
    /// Nothing: one is derived, where there is something to derive it of.
    case absent
    /// An id that can be sent.
    case text(String)
    /// Something that is none.
    case unusable
}

extension Entry {
    /// The request id in a caller's JSON, whatever else is wrong with it; nil for a method without one.
    package func requestID(in body: JSONDocument) -> GivenRequestID? {
        guard let path = idempotencyPath else { return nil }
        var (value, level) = (body.root, self.level as Level?)
        for (depth, name) in path.enumerated() {
            if value.kind == .array, value.count == 1, let only = value.elements.first(where: { _ in true }) {
                value = only
            }
            guard value.kind == .object, let fields = level else { return .unusable }
            let found = value.fields.filter { member in
                fields.match(member.name).map { fields.fields[$0.index].name == name } ?? false
            }
            guard found.count <= 1 else { return .unusable }
            guard let member = found.first, !member.value.isNull else { return .absent }
            value = member.value
            guard let index = fields.match(member.name)?.index else { return .absent }
            if depth == path.count - 1 { return Self.given(value, fields.fields[index].field) }
            level = fields.fields[index].level
        }
        return .absent
    }

    private static func given(_ value: JSONValue, _ field: Field) -> GivenRequestID {
        guard let bytes = value.stringBytes, let text = value.string else { return .unusable }
        if bytes.allSatisfy(Blank.contains) { return .absent }
        if let maximum = field.maximumLength, text.utf16.count > maximum { return .unusable }
        return .text(text)
    }
}

package import JSON

/// The request id in a caller's JSON.
package enum GivenRequestID: Sendable, Equatable {
    /// The JSON has none. One is derived from the idempotency key, if there is a key.
    case absent
    /// An id that can be sent.
    case text(String)
    /// A value that is not an id.
    case unusable
}

extension Entry {
    /// The request id in a caller's JSON, which may have other faults; nil for a method without request id.
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

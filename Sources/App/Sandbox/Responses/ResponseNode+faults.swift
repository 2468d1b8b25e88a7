extension ResponseNode {
    /// Appends a raw line feed, tab and U+0001 to every text. Strict JSON parsers refuse them.
    func withControlCharacters() -> ResponseNode {
        guard case .text(let value) = self, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) else {
            return mapChildren { $1.withControlCharacters() }
        }
        return .rawText(Array(value.utf8) + [0x0A, 0x09, 0x01])
    }

    /// Replaces every number by one of 19 digits, which a Double cannot hold. Numbers that state the result stay.
    func withLongNumbers() -> ResponseNode {
        mapChildren { name, value in
            guard case .number(let lexeme) = value, !name.hasSuffix("code") else { return value.withLongNumbers() }
            let digits = lexeme.utf8.filter { $0 >= 0x30 && $0 <= 0x39 }.suffix(3)
            let tail = String(decoding: digits, as: UTF8.self)
            return .number("9007199254740993000".prefix(19 - tail.utf8.count) + tail)
        }
    }

    /// Removes all lists.
    func withoutLists() -> ResponseNode {
        guard case .object(let members) = self else { return self }
        let kept = members.filter { member in
            if case .list = member.value { return false }
            return true
        }
        return .object(kept.map { ($0.name, $0.value.withoutLists()) })
    }

    private func mapChildren(_ change: (String, ResponseNode) -> ResponseNode) -> ResponseNode {
        switch self {
        case .object(let members): .object(members.map { ($0.name, change($0.name, $0.value)) })
        case .list(let item, let elements): .list(item: item, elements.map { change(item, $0) })
        case .text, .number, .bool, .rawText: self
        }
    }
}

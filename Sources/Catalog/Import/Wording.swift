/// The best reading of what a parameter's words say: proposals for the overlay, which people accept or not.
enum Wording {
    /// Proposals for a parameter's part of the overlay: `values: {'1': 新增, '2': 更新}`.
    static func proposals(for field: Field) -> [String] {
        guard let description = field.description, description.utf8.count <= maximumBytes else { return [] }
        var proposals: [String] = []
        let isScalar = [.string, .number].contains(field.type.kind) && !field.type.isList
        if isScalar, let values = values(description, example: field.example) {
            let list = values.map { "'\($0.value)': '\($0.label.replacing("'", with: "''"))'" }.joined(separator: ", ")
            proposals.append("values: {\(list)}")
        }
        if field.type.kind == .string, !field.type.isList, let form = dateForm(description, example: field.example) {
            proposals.append("date: \(form.rawValue)")
        }
        return proposals
    }

    /// Groups of siblings of which the words say that they cannot all be empty.
    static func oneOf(_ fields: [Field]) -> [[String]] {
        let names = Dictionary(fields.map { (ExampleTree.key($0.name), $0.name) }) { first, _ in first }
        var groups: [[String]] = []
        for field in fields {
            guard let description = field.description, description.utf8.count <= maximumBytes,
                phrases.contains(where: { ByteSearch.first($0, in: description) != nil })
            else { continue }
            var group: [String] = []
            for word in words(description) {
                if let name = names[ExampleTree.key(word)], !group.contains(name) { group.append(name) }
            }
            if !group.contains(field.name) { group.append(field.name) }
            if group.count >= 2, !groups.contains(where: { Set($0) == Set(group) }) { groups.append(group) }
        }
        return groups
    }

    private static let maximumBytes = 4096
    private static let maximumValues = 64
    private static let phrases = [
        "不可同时为空", "不能同时为空", "不允许同时为空", "不能都为空", "不可都为空", "cannot both be empty", "can not both be empty",
        "cannot be empty at the same time",
    ]

    /// The words of ASCII letters, digits and `_`.
    private static func words(_ text: String) -> [String] {
        text.utf8.split { !isWord($0) }.map { String(Substring($0)) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    // MARK: Enumerations

    /// `1-新增,2-更新,3-删除`; also `1:男 2:女`, `0不删除,1删除`, `STRIKE 罢工闹事 OTHER 其他`. Nil unless there are
    /// several, the example among them.
    static func values(_ text: String, example: String?) -> [Field.AllowedValue]? {
        let scalars = Array(text.unicodeScalars)
        var values: [Field.AllowedValue] = []
        var place = 0
        while place < scalars.count, values.count < maximumValues {
            guard place == 0 || isEdge(scalars[place - 1]), let (value, next) = value(scalars, at: place) else {
                place += 1
                continue
            }
            if !values.contains(where: { $0.value == value.value }) { values.append(value) }
            place = next
        }
        guard values.count >= 2, example == nil || values.contains(where: { $0.value == example }) else { return nil }
        return values
    }

    private static func value(_ text: [Unicode.Scalar], at start: Int) -> (Field.AllowedValue, Int)? {
        var end = start
        while end < text.count, end - start <= 48, text[end].isASCII, isWord(UInt8(text[end].value)) { end += 1 }
        let key = text[start..<end]
        let isNumber = !key.isEmpty && key.count <= 4 && key.allSatisfy { ("0"..."9").contains($0) }
        let isConstant = key.count >= 3 && key.allSatisfy { ("A"..."Z").contains($0) || $0 == "_" }
        guard isNumber || isConstant, end < text.count else { return nil }
        var label = end
        if [":", "\u{FF1A}", "-", "=", "\u{2014}", " "].contains(text[label]) { label += 1 }
        if isNumber ? label > end && text[end] == " " : label == end { return nil }
        guard label < text.count, (0x4E00...0x9FFF).contains(text[label].value) else { return nil }
        var close = label
        while close < text.count, close - label < 40, !isEdge(text[close]) { close += 1 }
        let words = String(String.UnicodeScalarView(text[label..<close]))
        return (Field.AllowedValue(value: String(String.UnicodeScalarView(key)), label: words), close)
    }

    /// What parts values.
    private static func isEdge(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ",", "\u{FF0C}", ";", "\u{FF1B}", "\u{3001}", "\u{3002}", " ", "\n", "(", ")", "\u{FF08}", "\u{FF09}", ":",
            "\u{FF1A}", "/", "|", "[", "]":
            true
        default: false
        }
    }

    // MARK: Dates

    private static func dateForm(_ text: String, example: String?) -> DateForm? {
        let named = [DateForm.dashed, .dotted].first { ByteSearch.first($0.rawValue, in: text) != nil }
        guard let named else { return nil }
        guard let example else { return named }
        guard case .success(let reading) = named.read(example), reading.text == example else { return nil }
        return named
    }
}

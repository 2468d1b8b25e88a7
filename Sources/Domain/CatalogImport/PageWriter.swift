import Catalog

/// Writes the page part of an entry.
struct PageWriter {
    private var text = ""

    private static let maximumColumns = 120

    static func yaml(_ page: ImportedEntry) -> String {
        var writer = PageWriter()
        for doubt in page.doubts { writer.comment(doubt, indent: 0) }
        for proposal in page.proposals { writer.comment("for the overlay: \(proposal)", indent: 0) }
        writer.line("method: \(page.method)")
        writer.member("title", page.title)
        writer.member("category", page.category)
        writer.member("description", page.description)
        writer.line("session: \(page.session.rawValue)")
        writer.fields("request", page.request, isRequest: true, indent: 0)
        writer.rules(page.rules)
        writer.line("response_root: \(scalar(page.responseRoot))")
        writer.fields("response", page.response, isRequest: false, indent: 0)
        return writer.text
    }

    private mutating func line(_ line: String) {
        text += line + "\n"
    }

    private mutating func member(_ name: String, _ value: String) {
        if !value.isEmpty { line("\(name): \(Self.scalar(value))") }
    }

    private mutating func comment(_ words: String, indent: Int) {
        let flat = String(decoding: words.utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
        let clean = String(String.UnicodeScalarView(flat.unicodeScalars.filter { !Self.mustBeEscaped($0) }))
        line(String(repeating: " ", count: indent) + "# \(clean)")
    }

    private mutating func rules(_ rules: [[ImportedEntry.Path]]) {
        if rules.isEmpty { return }
        line("rules:")
        for paths in rules {
            line("  - {one_of: [\(paths.map { Self.scalar($0.joined(separator: ".")) }.joined(separator: ", "))]}")
        }
    }

    private mutating func fields(_ name: String, _ fields: [ImportedField], isRequest: Bool, indent: Int) {
        let margin = String(repeating: " ", count: indent)
        if fields.isEmpty { return line("\(margin)\(name): []") }
        line("\(margin)\(name):")
        for field in fields { write(field, isRequest: isRequest, indent: indent + 2) }
    }

    private mutating func write(_ field: ImportedField, isRequest: Bool, indent: Int) {
        for doubt in field.doubts { comment("in doubt: \(doubt)", indent: indent) }
        for proposal in field.proposals { comment("for the overlay: \(proposal)", indent: indent) }
        let members = Self.members(field.field, isRequest: isRequest)
        let margin = String(repeating: " ", count: indent)
        let flow = "\(margin)- {" + members.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
        if field.children.isEmpty, flow.unicodeScalars.count <= Self.maximumColumns { return line(flow) }
        for (index, member) in members.enumerated() {
            line("\(margin)\(index == 0 ? "- " : "  ")\(member.0): \(member.1)")
        }
        if !field.children.isEmpty {
            fields("children", field.children, isRequest: isRequest, indent: indent + 2)
        }
    }

    private static func members(_ field: Field, isRequest: Bool) -> [(String, String)] {
        var members = [("name", scalar(field.name)), ("type", scalar(field.type.text))]
        if isRequest { members.append(("required", field.isRequired ? "true" : "false")) }
        func add(_ name: String, _ value: String?) {
            if let value { members.append((name, quoted(value))) }
        }
        add("default", field.defaultText)
        add("example", field.example)
        add("description", field.description)
        if let length = field.maximumLength { members.append(("max_length", String(length))) }
        if let items = field.maximumItems { members.append(("max_items", String(items))) }
        add("min_value", field.minimumValue)
        add("max_value", field.maximumValue)
        if !field.values.isEmpty {
            let values = field.values.map { "\(quoted($0.value)): \(scalar($0.label))" }
            members.append(("values", "{\(values.joined(separator: ", "))}"))
        }
        if isRequest, field.type.kind != .date { add("date", field.dateForm?.rawValue) }
        return members
    }

    // MARK: Scalars

    /// A text without quotation marks if it is a plain word.
    private static func scalar(_ text: String) -> String {
        let isWord = text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "\u{4E00}"..."\u{9FFF}": true
            default: false
            }
        }
        let first = text.utf8.first ?? 0
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) || first >= 0x80
        let isPlain =
            isWord && isLetter && !["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
        return isPlain ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        if text.unicodeScalars.contains(where: mustBeEscaped) { return escaped(text) }
        var result = "'"
        for scalar in text.unicodeScalars {
            result.unicodeScalars.append(scalar)
            if scalar == "'" { result.append("'") }
        }
        return result + "'"
    }

    /// Whether a character is a line end or cannot occur in YAML.
    private static func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x20, 0x7F...0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: scalar.value > 0xFFFF || scalar.value & 0xFFFE == 0xFFFE
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where mustBeEscaped(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let count = scalar.value > 0xFFFF ? 8 : 4
                result += (count == 8 ? "\\U" : "\\u") + String(repeating: "0", count: count - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

import Bytes
import Catalog

/// Interprets a parameter's description.
///
/// It uses a list of values or a date form only if the text is clear and the page's example agrees. Otherwise it
/// proposes them for the overlay.
struct DescriptionHeuristics {
    /// The values of a closed enumeration. Empty if the text has no certain list.
    var values: [Field.AllowedValue] = []
    /// The date form of a text; nil if the text names none with certainty.
    var dateForm: DateForm?
    /// Possible meanings as parts of an overlay, such as `values: {'1': 新增, '2': 更新}`.
    var proposals: [String] = []
    /// The reasons why proposals are not used.
    var doubts: [String] = []

    init(_ field: Field) {
        guard let description = field.description, description.utf8.count <= Self.maximumBytes, !field.type.isList
        else { return }
        if [.string, .number].contains(field.type.kind) { readValues(description, of: field) }
        if field.type.kind == .string { readDate(description, of: field) }
    }

    private mutating func readValues(_ description: String, of field: Field) {
        let (listed, isGlued) = Self.listed(description)
        guard listed.count >= 2 else { return }
        let given = [field.example, field.defaultText].compactMap { $0 }
        guard let other = given.first(where: { text in !listed.contains { $0.value == text } }) else {
            if given.isEmpty {
                return propose(listed, "the description lists values, but neither example nor default confirms them")
            }
            let isOpen = isGlued || Self.isOpenList(description) || Set(listed.map(\.label)).count < listed.count
            if isOpen { return propose(listed, "the description lists values, but perhaps not all") }
            values = listed
            return
        }
        // A list without relation to the example is not a list of its values.
        if other.utf8.allSatisfy({ Self.isWord($0) }), other.utf8.count <= 48,
            listed.count >= 3 || other.utf8.count <= 2
        {
            propose(listed, "the description lists values, but \"\(other)\" is not one of them")
        }
    }

    private mutating func propose(_ values: [Field.AllowedValue], _ doubt: String) {
        let list = values.map { "'\($0.value)': '\($0.label.replacing("'", with: "''"))'" }.joined(separator: ", ")
        proposals.append("values: {\(list)}")
        doubts.append(doubt + ": any value is accepted")
    }

    private mutating func readDate(_ description: String, of field: Field) {
        guard let form = Self.dateForm(description) else { return }
        if let example = field.example ?? field.defaultText, form.takes(example), values.isEmpty,
            !Self.isOpenList(description)
        {
            dateForm = form
        } else if field.example == nil {
            proposals.append("date: \(form.rawValue)")
        }
    }

    /// Siblings that cannot all be empty according to the text.
    struct Group: Equatable {
        let names: [String]
        /// Why the rule is only proposed; nil if it is used.
        let doubt: String?
    }

    /// The groups in the descriptions of these siblings.
    static func oneOf(_ fields: [Field]) -> [Group] {
        let names = Dictionary(fields.map { (ExampleTree.key($0.name), $0.name) }) { first, _ in first }
        var groups: [Group] = []
        for field in fields {
            guard let description = field.description, description.utf8.count <= maximumBytes else { continue }
            for clause in clauses(description)
            where phrases.contains(where: { ByteSearch.first($0, in: clause) != nil }) {
                let words = words(clause)
                var group: [String] = []
                for word in words {
                    if let name = names[ExampleTree.key(word)], !group.contains(name) { group.append(name) }
                }
                if group.count < 2, !group.contains(field.name) { group.append(field.name) }
                guard group.count >= 2, !groups.contains(where: { Set($0.names) == Set(group) }) else { continue }
                var doubt: String?
                if words.contains(where: { isIdentifier($0) && names[ExampleTree.key($0)] == nil }) {
                    doubt = "the description names parameters elsewhere"
                } else if !fields.contains(where: { group.contains($0.name) && $0.hasExample }) {
                    doubt = "the page's example has none of them"
                }
                groups.append(Group(names: group, doubt: doubt))
            }
        }
        return groups
    }

    /// The sentences of a text. Statements about other parameters have their own sentences.
    private static func clauses(_ text: String) -> [String] {
        text.split { "。;;\n".contains($0) }.map(String.init)
    }

    /// Whether a word can only be a parameter's name.
    private static func isIdentifier(_ word: String) -> Bool {
        word.utf8.contains(UInt8(ascii: "_"))
            || word.utf8.dropFirst().contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
                && word.utf8.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } == true
    }

    /// Words that show that a list of values is not closed.
    private static let openWords = [
        "例如", "比如", "譬如", "等等", "如:", "如\u{FF1A}", "多个", "多选", "逗号", "分隔", "隔开", "组合", "自定义", "...", "…", "e.g.",
        "such as", "etc", "multiple", "comma", "类推", "and so on", "and so forth", "and more",
    ]
    /// Words after 等 at the end of a list.
    private static let wholes = ["类", "状态", "情况", "方式", "取值", "多种", "几种", "选项", "枚举"]

    private static func isOpenList(_ text: String) -> Bool {
        if openWords.contains(where: { ByteSearch.first($0, in: text) != nil }) { return true }
        // 等 at the end of a sentence, or before a word for the whole. 等级 and 等待 are other words.
        let scalars = Array(text.unicodeScalars)
        return scalars.indices.contains { index in
            guard scalars[index] == "等" else { return false }
            let rest = scalars[(index + 1)...]
            guard let next = rest.first else { return true }
            return isEdge(next) || next == "." || wholes.contains { rest.starts(with: $0.unicodeScalars) }
        }
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

    /// Lists such as `1-新增,2-更新,3-删除`, `1:男 2:女`, `0不删除,1删除` or `STRIKE 罢工闹事 OTHER 其他`. Nil unless there are several
    /// values, including the example.
    static func values(_ text: String, example: String?) -> [Field.AllowedValue]? {
        let values = listed(text).values
        guard values.count >= 2, example == nil || values.contains(where: { $0.value == example }) else { return nil }
        return values
    }

    /// Words that a list may follow directly, as in `例如1-新增,2-更新`.
    private static let glue = ["如", "支持", "包括", "包含"]

    /// All values in a text, and whether the list follows a word that may not mean all of them.
    private static func listed(_ text: String) -> (values: [Field.AllowedValue], isGlued: Bool) {
        let scalars = Array(text.unicodeScalars)
        var values: [Field.AllowedValue] = []
        var place = 0
        var isGlued = false
        while place < scalars.count, values.count < maximumValues {
            let isFree = place == 0 || isEdge(scalars[place - 1])
            let hangs = !isFree && glue.contains { scalars[..<place].ends(with: $0.unicodeScalars) }
            guard isFree || hangs, let (value, next) = value(scalars, at: place) else {
                place += 1
                continue
            }
            isGlued = isGlued || hangs
            if !values.contains(where: { $0.value == value.value }) { values.append(value) }
            place = next
        }
        return (values, isGlued)
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

    /// Whether a character separates values.
    private static func isEdge(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ",", "\u{FF0C}", ";", "\u{FF1B}", "\u{3001}", "\u{3002}", " ", "\n", "(", ")", "\u{FF08}", "\u{FF09}", ":",
            "\u{FF1A}", "/", "|", "[", "]":
            true
        default: false
        }
    }

    // MARK: Dates

    /// The date form, if the text names exactly one.
    private static func dateForm(_ text: String) -> DateForm? {
        let timed = [DateForm.dashed, .dotted].filter { ByteSearch.first($0.rawValue, in: text) != nil }
        if timed.count == 1 { return timed[0] }
        guard timed.isEmpty, let place = ByteSearch.first(DateForm.day.rawValue, in: text) else { return nil }
        // yyyy-MM-dd HH:mm has no parser.
        let rest = String(decoding: text.utf8.dropFirst(place + DateForm.day.rawValue.utf8.count), as: UTF8.self)
        let isLonger = rest.utf8.prefix(3).contains { byte in
            byte == UInt8(ascii: "H") || byte == UInt8(ascii: "h") || byte == UInt8(ascii: "T")
                || byte == UInt8(ascii: "'")
        }
        return isLonger ? nil : .day
    }
}

extension DateForm {
    /// Whether a text is a date in exactly this form.
    fileprivate func takes(_ text: String) -> Bool {
        guard case .success(let reading) = read(text) else { return false }
        return reading.text == text
    }
}

extension Field {
    fileprivate var hasExample: Bool {
        example != nil || defaultText != nil || children.contains { $0.hasExample }
    }
}

extension ArraySlice<Unicode.Scalar> {
    fileprivate func ends(with word: String.UnicodeScalarView) -> Bool { suffix(word.count).elementsEqual(word) }
}

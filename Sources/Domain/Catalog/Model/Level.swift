import Bytes
import JSON

/// The fields of one object, compiled for lookups by name.
final class Level: Sendable {
    let fields: [CompiledField]
    /// Whether members with undocumented names are sent unchanged.
    let isOpen: Bool
    let rules: [Rule]
    let collectors: [Collector]
    /// The type of the object; nil for the request itself.
    let type: String?
    /// Whether an object below has the type of an object around it, and so the fields of that level.
    let holdsRepeats: Bool
    private let table: NameTable

    init(fields: [CompiledField], isOpen: Bool, rules: [Rule], collectors: [Collector], type: String? = nil) {
        self.fields = fields
        self.isOpen = isOpen
        self.rules = rules
        self.collectors = collectors
        self.type = type
        holdsRepeats = fields.contains { field in
            field.repeats || (field.level ?? field.content?.level)?.holdsRepeats == true
        }
        var table = NameTable(capacity: fields.reduce(0) { $0 + 3 + $1.field.aliases.count })
        // A documented name takes precedence over another field's alias.
        for (index, field) in fields.enumerated() { table.insert(field.name, index: index) }
        for (index, field) in fields.enumerated() {
            table.insert(field.name.camelCased, index: index, isDocumented: false)
            table.insert(field.name.snakeCased, index: index, isDocumented: false)
            for alias in field.field.aliases {
                table.insert(alias, index: index, isDocumented: false)
                table.insert(alias.camelCased, index: index, isDocumented: false)
            }
        }
        self.table = table
    }

    /// The field with this name: as documented, in camel or snake case, or an alias.
    func match(_ name: Span<UInt8>) -> NameTable.Match? {
        table.match(name)
    }

    /// The same for a text.
    func match(_ name: String) -> NameTable.Match? {
        name.withUTF8Span { table.match($0) }
    }
}

/// A field, compiled for mapping.
final class CompiledField: Sendable {
    let field: Field
    let name: String
    /// The name as JSON writes it, with quotation marks and colon.
    let writtenName: [UInt8]
    let kind: FieldType.Kind
    let isList: Bool
    let isRequired: Bool
    /// The members' level; nil for scalars and for objects without documented members.
    let level: Level?
    /// Whether the field is an object of a type around it, whose members the page does not repeat.
    let repeats: Bool
    /// For a text that holds JSON: the one value in it.
    let content: CompiledField?
    /// Whether this field holds the call's request id.
    let isRequestID: Bool
    /// Whether any value under this field is masked in the audit trail.
    let holdsSensitive: Bool
    /// Whether only the type needs a check, so that a value can go from body to parameter unchanged.
    let isPlain: Bool
    /// Whether a rule uses the value.
    let isCompared: Bool
    /// The values of a closed enumeration as UTF-8, with the text that is sent for each.
    private let choices: [(written: String, sent: String)]

    /// `isCompared`: a rule uses the value.
    init(
        _ field: Field, level: Level?, content: CompiledField?, isRequestID: Bool, isCompared: Bool,
        repeats: Bool = false
    ) {
        self.field = field
        name = field.name
        var writer = JSONWriter()
        writer.name(field.name)
        writtenName = writer.bytes
        kind = field.type.kind
        isList = field.type.isList
        isRequired = field.isRequired
        self.level = level
        self.content = content
        self.isRequestID = isRequestID
        self.isCompared = isCompared
        self.repeats = repeats
        holdsSensitive =
            field.sensitivity != nil || content?.holdsSensitive == true
            || level?.fields.contains(where: \.holdsSensitive) == true
        isPlain =
            !isCompared && !isRequestID && content == nil && field.values.isEmpty && field.dateForm == nil
            && field.key == nil && field.sensitivity == nil && field.maximumLength == nil
            && field.minimumValue == nil && field.maximumValue == nil
        choices =
            field.values.map { ($0.value, $0.value) }
            + field.valueAliases.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Whether only some values are allowed.
    var isEnumeration: Bool { !choices.isEmpty }

    /// The text that is sent for a value; nil if the enumeration lacks it.
    func choice(for text: String) -> String? {
        for choice in choices where choice.written.utf8.elementsEqual(text.utf8) { return choice.sent }
        return nil
    }

    /// The enumeration in words: `1 (新增), 2 (更新), 3 (删除)`.
    var choicesText: String {
        field.values.map { $0.label.isEmpty ? $0.value : "\($0.value) (\($0.label))" }.joined(separator: ", ")
    }
}

/// Turns a request's fields into levels.
struct LevelCompiler {
    /// Whether the request's root takes names that are not documented.
    let isOpen: Bool
    /// The path of the field that holds the request id.
    let idempotency: [String]?
    /// Rules by the path of the object that they are about.
    var rules: [[String]: [Rule]] = [:]
    /// Collectors by the path of the object that they look at.
    var collectors: [[String]: [Collector]] = [:]

    init(isOpen: Bool, idempotency: [String]?) {
        self.isOpen = isOpen
        self.idempotency = idempotency
    }

    /// The root's level.
    func level(_ fields: [Field]) -> Level {
        level(fields, at: [], isOpen: isOpen)
    }

    private func level(_ fields: [Field], at path: [String], isOpen: Bool) -> Level {
        Level(
            fields: fields.map { compile($0, at: path + [$0.name]) }, isOpen: isOpen, rules: rules[path] ?? [],
            collectors: collectors[path] ?? [])
    }

    private func compile(_ field: Field, at path: [String]) -> CompiledField {
        if let type = field.jsonType {
            var content = Field(name: field.name, type: type)
            content.children = field.children
            content.isOpen = field.isOpen
            return CompiledField(field, level: nil, content: compile(content, at: path), isRequestID: false)
        }
        let hasLevel = field.type.kind == .object && !field.children.isEmpty
        return CompiledField(
            field, level: hasLevel ? level(field.children, at: path, isOpen: field.isOpen) : nil, content: nil,
            isRequestID: path == idempotency)
    }
}

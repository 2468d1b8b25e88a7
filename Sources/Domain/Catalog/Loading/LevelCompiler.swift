/// Compiles a request's fields to levels.
struct LevelCompiler: Sendable {
    /// Whether the request's root accepts undocumented names.
    let isOpen: Bool
    /// The path of the field that holds the request id.
    let idempotency: [String]?
    /// Rules by the path of their object.
    var rules: [[String]: [Rule]] = [:]
    /// Collectors by the path of their object.
    var collectors: [[String]: [Collector]] = [:]

    init(isOpen: Bool, idempotency: [String]?) {
        self.isOpen = isOpen
        self.idempotency = idempotency
    }

    /// The root's level.
    func level(_ fields: [Field]) -> Level {
        level(fields, at: [], isOpen: isOpen, types: [])
    }

    /// - Parameter types: the types of the enclosing objects, the innermost last.
    private func level(_ fields: [Field], at path: [String], isOpen: Bool, types: [String]) -> Level {
        let rules = rules[path] ?? []
        let collectors = collectors[path] ?? []
        let compared = Set(rules.flatMap(\.fields) + collectors.flatMap(\.fields))
        let compiled = fields.enumerated().map { index, field in
            compile(field, at: path + [field.name], isCompared: compared.contains(index), types: types)
        }
        return Level(fields: compiled, isOpen: isOpen, rules: rules, collectors: collectors, type: types.last)
    }

    private func compile(_ field: Field, at path: [String], isCompared: Bool, types: [String]) -> CompiledField {
        if let type = field.jsonType {
            var content = Field(name: field.name, type: type)
            content.children = field.children
            content.isOpen = field.isOpen
            let inner = compile(content, at: path, isCompared: false, types: types)
            return CompiledField(field, level: nil, content: inner, isRequestID: false, isCompared: isCompared)
        }
        let isObject = field.type.kind == .object
        let hasLevel = isObject && !field.children.isEmpty
        return CompiledField(
            field,
            level: hasLevel
                ? level(field.children, at: path, isOpen: field.isOpen, types: types + [field.type.name]) : nil,
            content: nil, isRequestID: path == idempotency, isCompared: isCompared,
            repeats: isObject && !hasLevel && !field.isOpen && types.contains(field.type.name))
    }
}

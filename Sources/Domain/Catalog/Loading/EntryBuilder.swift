import TOP

/// Merges a page with its overlay and compiles the result.
struct EntryBuilder {
    private let page: Page
    private let overlay: Overlay
    private let file: String
    private var faults: [CatalogError.Fault] = []
    private var expectations = 0

    private init(page: Page, overlay: Overlay, file: String) {
        self.page = page
        self.overlay = overlay
        self.file = file
    }

    /// The entry; nil if there are faults. `file` is the overlay's name, because most faults are in the overlay.
    static func build(page: Page, overlay: Overlay, file: String) -> (entry: Entry?, faults: [CatalogError.Fault]) {
        var builder = EntryBuilder(page: page, overlay: overlay, file: file)
        let entry = builder.build()
        return (builder.faults.isEmpty ? entry : nil, builder.faults)
    }

    private mutating func fault(_ line: Int?, _ detail: String) {
        faults.append(CatalogError.Fault(file: file, line: line, detail: detail))
    }

    private mutating func build() -> Entry {
        if overlay.method != page.method {
            fault(1, "the overlay is for \"\(overlay.method)\", but the page describes \"\(page.method)\"")
        }
        let request = merged(page.request, with: overlay.request)
        let response = merged(page.response, with: overlay.response)
        checkNames(of: request)
        checkIdempotency(request)
        var compiler = LevelCompiler(isOpen: overlay.isOpen, idempotency: overlay.idempotency)
        for (part, line) in overlay.rules { addRule(part, line: line, request: request, to: &compiler) }
        if overlay.keepsPageRules { addPageRules(to: &compiler) }
        let outcome = outcome(request: request, response: response, compiler: &compiler)
        return Entry(
            page: page, overlay: overlay, request: request, response: response, compiler: compiler, outcome: outcome,
            expectationCount: expectations)
    }

    // MARK: Fields

    private mutating func merged(_ fields: [Field], with parts: [Overlay.FieldPart]) -> [Field] {
        var fields = fields
        // Parents first: the JSON schema of a text must exist before a part names its members.
        for part in parts.sorted(by: { $0.path.count < $1.path.count }) {
            if !apply(part, at: part.path[...], to: &fields) {
                fault(part.line, "the page has no parameter \"\(part.path.joined(separator: "."))\"")
            }
        }
        return fields
    }

    private mutating func apply(
        _ part: Overlay.FieldPart, at path: ArraySlice<String>, to fields: inout [Field]
    ) -> Bool {
        guard let name = path.first, let index = fields.firstIndex(where: { $0.name == name }) else { return false }
        guard path.count == 1 else { return apply(part, at: path.dropFirst(), to: &fields[index].children) }
        apply(part, to: &fields[index])
        check(fields[index], line: part.line)
        return true
    }

    private func apply(_ part: Overlay.FieldPart, to field: inout Field) {
        if let isRequired = part.isRequired { field.isRequired = isRequired }
        if let length = part.maximumLength { field.maximumLength = length }
        if let items = part.maximumItems { field.maximumItems = items }
        field.aliases += part.aliases
        if !part.values.isEmpty || part.takesAnyValue { field.values = part.values }
        field.valueAliases.merge(part.valueAliases) { $1 }
        if let form = part.dateForm ?? (part.removesDateForm && field.type.kind == .date ? .dashed : nil) {
            field.dateForm = form
        } else if part.removesDateForm {
            field.dateForm = nil
        }
        if let sensitivity = part.sensitivity { field.sensitivity = sensitivity }
        if let key = part.key { field.key = key }
        if let isOpen = part.isOpen { field.isOpen = isOpen }
        if let form = part.wireForm { field.wireForm = form }
        if let type = part.jsonType {
            field.jsonType = type
            field.children = part.jsonFields
        }
    }

    private mutating func check(_ field: Field, line: Int) {
        for detail in field.formFaults { fault(line, detail) }
    }

    /// A parameter with the name of a system parameter would be sent beside it or instead of it.
    private mutating func checkNames(of request: [Field]) {
        for field in request {
            for name in [field.name] + field.aliases where SystemParameters.names.contains(name) {
                fault(1, "\"\(name)\" is reserved for TOP's own parameters")
            }
        }
    }

    private mutating func checkIdempotency(_ request: [Field]) {
        guard let path = overlay.idempotency else { return }
        var fields = request
        for (depth, name) in path.enumerated() {
            guard let field = fields.first(where: { $0.name == name }) else {
                return fault(nil, "idempotency does not name a parameter of the page")
            }
            let isLast = depth == path.count - 1
            if field.type.isList || (isLast ? field.type.kind != .string : field.type.kind != .object) {
                return fault(nil, "idempotency must name a String outside lists")
            }
            fields = field.children
        }
    }

    // MARK: Rules

    private mutating func addRule(
        _ part: Overlay.RulePart, line: Int, request: [Field], to compiler: inout LevelCompiler
    ) {
        switch part {
        case .oneOf(let paths):
            guard let (parent, fields) = siblings(paths, in: request, line: line) else { return }
            compiler.rules[parent, default: []].append(.oneOf(fields.sorted()))
        case .require(let paths, let field, let value):
            guard let (parent, fields) = siblings([field] + paths, in: request, line: line) else { return }
            let rule = Rule.require(Array(fields.dropFirst()), field: fields[0], is: value)
            compiler.rules[parent, default: []].append(rule)
        case .order(let earlier, let later):
            guard let (parent, fields) = siblings([earlier, later], in: request, line: line) else { return }
            for path in [earlier, later] where field(path, in: request)?.dateForm == nil {
                fault(line, "\"\(path.joined(separator: "."))\" has no date form")
            }
            compiler.rules[parent, default: []].append(.order(earlier: fields[0], later: fields[1]))
        }
    }

    /// Adds the page's rules, except those that the overlay repeats.
    private mutating func addPageRules(to compiler: inout LevelCompiler) {
        for paths in page.rules {
            guard let (parent, fields) = siblings(paths, in: page.request, line: 1) else { continue }
            let rule = Rule.oneOf(fields.sorted())
            if compiler.rules[parent]?.contains(rule) != true { compiler.rules[parent, default: []].append(rule) }
        }
    }

    /// The parent and the indices of fields that must all be in one object.
    private mutating func siblings(
        _ paths: [Overlay.Path], in fields: [Field], line: Int
    ) -> (parent: Overlay.Path, indices: [Int])? {
        let parent = Array(paths[0].dropLast())
        var level = fields
        for name in parent { level = level.first { $0.name == name }?.children ?? [] }
        var indices: [Int] = []
        for path in paths {
            guard Array(path.dropLast()) == parent else {
                fault(line, "a rule's parameters must be in one object")
                return nil
            }
            guard let index = level.firstIndex(where: { $0.name == path.last }) else {
                fault(line, "the page has no parameter \"\(path.joined(separator: "."))\"")
                return nil
            }
            indices.append(index)
        }
        return (parent, indices)
    }

    private func field(_ path: Overlay.Path, in fields: [Field]) -> Field? {
        var level = fields
        var found: Field?
        for name in path {
            found = level.first { $0.name == name }
            level = found?.children ?? []
        }
        return found
    }

    // MARK: Outcome

    private mutating func outcome(
        request: [Field], response: [Field], compiler: inout LevelCompiler
    ) -> OutcomeRules {
        let part = overlay.outcome
        var outcome = OutcomeRules()
        outcome.isAccepted = part.isAccepted
        outcome.success = part.success.map { flag($0, in: response) }
        for completion in part.completions {
            switch completion {
            case .flag(let part):
                outcome.completions.append(.flag(flag(part, in: response)))
            case .echo(let part):
                guard let echoed = echoed(part, request: request, response: response, compiler: &compiler)
                else { continue }
                outcome.completions.append(echoed)
            }
        }
        for path in [part.retryable, part.code, part.message] {
            if let path { checkResponse(path, in: response, line: part.line) }
        }
        outcome.retryable = part.retryable
        outcome.code = part.code
        outcome.message = part.message
        return outcome
    }

    private mutating func flag(_ part: Overlay.FlagPart, in response: [Field]) -> OutcomeRules.Flag {
        checkResponse(part.path, in: response, line: part.line)
        return OutcomeRules.Flag(path: part.path, values: part.values)
    }

    private mutating func checkResponse(_ path: Overlay.Path, in response: [Field], line: Int?) {
        if field(path, in: response) == nil {
            fault(line, "the page's response has no \"\(path.joined(separator: "."))\"")
        }
    }

    private mutating func echoed(
        _ part: Overlay.EchoPart, request: [Field], response: [Field], compiler: inout LevelCompiler
    ) -> OutcomeRules.Completion? {
        checkResponse(part.found, in: response, line: part.line)
        var paths = [part.sent]
        if let condition = part.condition { paths.append(condition.path) }
        guard let (parent, fields) = siblings(paths, in: request, line: part.line) else { return nil }
        let condition = part.condition.map { Collector.Condition(field: fields[1], values: $0.values) }
        let collector = Collector(expectation: expectations, field: fields[0], condition: condition)
        compiler.collectors[parent, default: []].append(collector)
        expectations += 1
        return .echoed(path: part.found, expectation: collector.expectation)
    }
}

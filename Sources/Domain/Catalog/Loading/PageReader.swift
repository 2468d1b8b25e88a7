import TOP
import YAML

/// Reads `METHOD.yaml`.
package struct PageReader {
    private var yaml: YAMLReader
    private var fieldCount = 0

    /// The largest number of parameters of a page, children included.
    package static let maximumFields = 5000
    /// How deep parameters may be nested.
    package static let maximumDepth = 16

    static let pageNames = [
        "method", "title", "category", "description", "session", "request", "rules", "response", "response_root",
    ]
    static let fieldNames = [
        "name", "type", "required", "default", "example", "description", "max_length", "max_items", "min_value",
        "max_value", "values", "date", "children",
    ]

    private init(file: String) {
        yaml = YAMLReader(file: file)
    }

    /// The page; nil if its faults prevent one.
    static func read(_ text: String, file: String) -> (page: Page?, faults: [CatalogError.Fault]) {
        var reader = PageReader(file: file)
        let page = reader.page(text)
        return (page, reader.yaml.faults)
    }

    /// What is wrong with the text of a page by itself.
    package static func faults(in text: String, file: String) -> [CatalogError.Fault] { read(text, file: file).faults }

    private mutating func page(_ text: String) -> Page? {
        guard let root = yaml.root(text), let members = yaml.members(root, known: Self.pageNames, of: "a page")
        else { return nil }
        guard let method = yaml.requiredText(members, "method", of: "a page") else { return nil }
        var page = Page(method: method)
        if !MethodName.isValid(method) {
            yaml.fault(members.line, "\"\(method)\" is not a valid method name")
        }
        page.title = yaml.text(members, "title") ?? ""
        page.category = yaml.text(members, "category") ?? ""
        page.description = yaml.text(members, "description") ?? ""
        if let session: Entry.Session = yaml.choice(members, "session") {
            page.session = session
        } else if members["session"] == nil {
            yaml.fault(members.line, "a page must have a \"session\": required, optional or none")
        }
        page.responseRoot = yaml.text(members, "response_root") ?? ResponseForm.rootName(of: method)
        if let node = members["request"] { page.request = fields(node, isRequest: true, depth: 1) }
        if let node = members["rules"] { page.rules = rules(node, of: page.request) }
        if let node = members["response"] { page.response = fields(node, isRequest: false, depth: 1) }
        return page
    }

    private mutating func fields(_ node: YAMLNode, isRequest: Bool, depth: Int) -> [Field] {
        guard depth <= Self.maximumDepth else {
            yaml.fault(node.line, "parameters are nested more than \(Self.maximumDepth) deep")
            return []
        }
        var fields: [Field] = []
        var names: Set<String> = []
        for element in yaml.elements(node, "the list of parameters") ?? [] {
            guard let field = field(element, isRequest: isRequest, depth: depth) else { continue }
            if !names.insert(field.name).inserted {
                yaml.fault(element.line, "the parameter \"\(field.name)\" is described twice")
            }
            fields.append(field)
        }
        return fields
    }

    private mutating func field(_ node: YAMLNode, isRequest: Bool, depth: Int) -> Field? {
        fieldCount += 1
        guard fieldCount <= Self.maximumFields else {
            if fieldCount == Self.maximumFields + 1 {
                yaml.fault(node.line, "there are more than \(Self.maximumFields) parameters")
            }
            return nil
        }
        guard let members = yaml.members(node, known: Self.fieldNames, of: "a parameter"),
            let name = yaml.requiredText(members, "name", of: "a parameter"),
            let type = yaml.requiredText(members, "type", of: "the parameter \"\(name)\"")
        else { return nil }
        if name.isEmpty || type.isEmpty { yaml.fault(members.line, "a parameter must have a name and a type") }
        var field = Field(name: name, type: FieldType(type))
        readTexts(members, into: &field)
        readRequired(members, into: &field, isRequest: isRequest)
        readReadings(members, into: &field, isRequest: isRequest)
        if let children = members["children"] {
            field.children = fields(children, isRequest: isRequest, depth: depth + 1)
            if field.type.kind != .object {
                yaml.fault(children.line, "a \(type) cannot have children")
            }
        }
        return field
    }

    private mutating func readTexts(_ members: YAMLReader.Members, into field: inout Field) {
        field.defaultText = yaml.text(members, "default")
        field.example = yaml.text(members, "example")
        field.description = yaml.text(members, "description")
        field.maximumLength = yaml.count(members, "max_length")
        field.maximumItems = yaml.count(members, "max_items")
        field.minimumValue = number(members, "min_value")
        field.maximumValue = number(members, "max_value")
    }

    private mutating func number(_ members: YAMLReader.Members, _ name: String) -> String? {
        guard let text = yaml.text(members, name) else { return nil }
        guard DecimalText.isValid(text) else {
            yaml.fault(members.line, "\(name) must be a number without an exponent")
            return nil
        }
        return text
    }

    private mutating func readRequired(_ members: YAMLReader.Members, into field: inout Field, isRequest: Bool) {
        let isRequired = yaml.bool(members, "required")
        if isRequest, members["required"] == nil {
            yaml.fault(members.line, "the parameter \"\(field.name)\" must have \"required\": true or false")
        }
        if !isRequest, members["required"] != nil {
            yaml.fault(members.line, "\"required\" is not allowed in a response")
        }
        field.isRequired = isRequest && isRequired == true
    }

    /// Reads the list of allowed values and the date form.
    private mutating func readReadings(_ members: YAMLReader.Members, into field: inout Field, isRequest: Bool) {
        guard isRequest else {
            for name in ["values", "date"] where members[name] != nil {
                yaml.fault(members.line, "\"\(name)\" is not allowed in a response")
            }
            return
        }
        field.values = yaml.values(members)
        if members["values"] != nil, field.values.isEmpty { yaml.fault(members.line, "values must name at least one") }
        if let form: DateForm = yaml.choice(members, "date") { field.dateForm = form }
        for fault in field.formFaults { yaml.fault(members.line, fault) }
    }

    private mutating func rules(_ node: YAMLNode, of request: [Field]) -> [[Overlay.Path]] {
        var rules: [[Overlay.Path]] = []
        for element in yaml.elements(node, "rules") ?? [] {
            guard let members = yaml.members(element, known: ["one_of"], of: "a page's rule") else { continue }
            let paths = yaml.texts(members, "one_of").map { $0.split(separator: ".").map(String.init) }
            guard paths.count >= 2 else {
                yaml.fault(members.line, "one_of must name at least two parameters")
                continue
            }
            if let fault = Self.fault(of: paths, in: request) {
                yaml.fault(members.line, fault)
            } else {
                rules.append(paths)
            }
        }
        return rules
    }

    /// The fault of a rule's parameters; nil if all are in one object.
    static func fault(of paths: [Overlay.Path], in request: [Field]) -> String? {
        for path in paths {
            var level = request
            var isThere = !path.isEmpty
            for name in path {
                let field = level.first { $0.name == name }
                isThere = isThere && field != nil
                level = field?.children ?? []
            }
            if !isThere { return "the page has no parameter \"\(path.joined(separator: "."))\"" }
        }
        return Set(paths.map { $0.dropLast() }).count == 1 ? nil : "a rule's parameters must be in one object"
    }

    /// Reads a list of parameters of an overlay: the schema of a text that contains JSON.
    static func fields(_ node: YAMLNode, file: String) -> (fields: [Field], faults: [CatalogError.Fault]) {
        var reader = PageReader(file: file)
        let fields = reader.fields(node, isRequest: true, depth: 1)
        return (fields, reader.yaml.faults)
    }
}

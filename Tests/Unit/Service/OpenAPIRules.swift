import JSON

/// What code generators need of an OpenAPI document beside its validity.
///
/// openapi-python-client, datamodel-code-generator and others stop at `const`, drop operations whose fields have
/// several types, and overwrite one class by another of the same name.
struct OpenAPIRules {
    private let root: JSONValue
    private(set) var faults: [String] = []

    /// Checks the whole document.
    init(_ root: JSONValue) {
        self.root = root
        checkNames()
        checkOperations()
        for component in root["components"]?["schemas"]?.members.map({ $0 }) ?? [] {
            check(component.value, "schemas/\(component.name)", isComponent: true)
        }
        for part in ["parameters", "headers"] {
            for component in root["components"]?[part]?.members.map({ $0 }) ?? [] {
                check(component.value["schema"], "\(part)/\(component.name)", isComponent: true)
            }
        }
    }

    private mutating func require(_ condition: Bool, _ place: String, _ message: String) {
        if !condition { faults.append("\(place): \(message)") }
    }

    // MARK: Names

    private mutating func checkNames() {
        for part in root["components"]?.members.map({ $0 }) ?? [] {
            var seen: Set<String> = []
            for name in part.value.members.map(\.name) {
                require(Self.isIdentifier(name), "\(part.name)/\(name)", "the name is not plain")
                require(seen.insert(name.lowercased()).inserted, "\(part.name)/\(name)", "the name is there twice")
            }
        }
    }

    /// ASCII letters and digits, a letter first, short enough for the name of a file.
    private static func isIdentifier(_ name: String) -> Bool {
        name.utf8.count <= 128 && name.wholeMatch(of: /[A-Za-z][A-Za-z0-9]*/) != nil
    }

    private mutating func checkOperations() {
        let tags = root["tags"]?.elements.compactMap { $0["name"]?.string } ?? []
        for tag in tags { require(tag.wholeMatch(of: /[a-z0-9][a-z0-9_-]*/) != nil, "tags", "\(tag) is not plain") }
        var seen: Set<String> = []
        for path in root["paths"]?.members.map({ $0 }) ?? [] {
            for operation in path.value.members.map({ $0 }) {
                let place = "\(operation.name) \(path.name)"
                let id = operation.value["operationId"]?.string ?? ""
                require(Self.isIdentifier(id) && id.first?.isLowercase == true, place, "operationId \(id)")
                require(seen.insert(id.lowercased()).inserted, place, "operationId \(id) is there twice")
                let own = operation.value["tags"]?.elements.compactMap(\.string) ?? []
                require(own.count == 1 && tags.contains(own[0]), place, "no declared tag")
                checkContents(operation.value, place)
            }
        }
    }

    private mutating func checkContents(_ operation: JSONValue, _ place: String) {
        for parameter in operation["parameters"]?.elements.map({ $0 }) ?? [] where parameter["$ref"] == nil {
            // Generators name the enumeration of a parameter by operation and parameter.
            check(parameter["schema"], "\(place) \(parameter["name"]?.string ?? "")", isComponent: true)
        }
        var contents = [operation["requestBody"]?["content"]]
        contents += operation["responses"]?.members.map { $0.value["content"] } ?? []
        for content in contents {
            for media in content?.members.map({ $0 }) ?? [] {
                let schema = media.value["schema"]
                if let choices = schema?["anyOf"]?.elements.map({ $0 }) {
                    require(choices.allSatisfy { $0["$ref"] != nil }, place, "alternatives that are not components")
                } else {
                    check(schema, "\(place) \(media.name)", isComponent: true)
                }
            }
        }
    }

    // MARK: Schemas

    /// - Parameter isComponent: whether generators have a name for the schema.
    private mutating func check(_ schema: JSONValue?, _ place: String, isComponent: Bool = false) {
        guard let schema, schema.kind == .object else { return require(false, place, "no schema") }
        for word in ["const", "not", "oneOf", "allOf", "if", "prefixItems", "patternProperties"] {
            require(schema[word] == nil, place, "`\(word)`")
        }
        if let target = schema["$ref"]?.string {
            let names = target.split(separator: "/").dropFirst().map(String.init)
            require(names.reduce(root) { $0?[$1] } != nil, place, "\(target) does not exist")
            return require(schema.members.map { $0 }.count == 1, place, "members beside a reference")
        }
        if let choices = schema["anyOf"]?.elements.map({ $0 }) {
            let isNullable = choices.count == 2 && choices[0]["$ref"] != nil && choices[1]["type"]?.string == "null"
            require(isNullable && schema["type"] == nil, place, "alternatives")
            return check(choices[0], place)
        }
        let type = checkType(schema, place)
        checkEnumeration(schema, place, type: type, isComponent: isComponent)
        checkDefault(schema, place, type: type)
        if let pattern = schema["pattern"]?.string { require(!pattern.contains("(?"), place, "look-around") }
        checkParts(schema, place, isComponent: isComponent)
    }

    /// The one type; empty where anything is allowed.
    private mutating func checkType(_ schema: JSONValue, _ place: String) -> String {
        if let type = schema["type"]?.string { return type }
        if let types = schema["type"]?.elements.compactMap(\.string) {
            require(types.count == 2 && types[1] == "null", place, "several types: \(types)")
            return types.first ?? ""
        }
        let isAnything = schema["x-top-type"]?.string?.hasPrefix("Json") == true || schema.members.map { $0 }.isEmpty
        require(isAnything && schema["type"] == nil, place, "no type")
        return ""
    }

    private mutating func checkEnumeration(_ schema: JSONValue, _ place: String, type: String, isComponent: Bool) {
        guard let values = schema["enum"]?.elements.map({ $0 }) else { return }
        require(isComponent, place, "an enumeration that is not a component")
        require(type == "string" || type == "integer", place, "an enumeration of \(type)")
        require(values.allSatisfy { Self.fits($0, type) }, place, "values of another type")
        let texts = values.compactMap(\.scalarText)
        require(!texts.isEmpty && Set(texts).count == values.count, place, "equal values")
        guard let names = schema["x-enum-varnames"]?.elements.compactMap(\.string) else { return }
        require(names.count == values.count, place, "\(names.count) names of \(values.count) values")
        require(Set(names.map { $0.lowercased() }).count == names.count, place, "equal names of values")
        require(names.allSatisfy { $0.wholeMatch(of: /[A-Z][A-Z0-9_]*/) != nil }, place, "names of values: \(names)")
    }

    private mutating func checkDefault(_ schema: JSONValue, _ place: String, type: String) {
        guard let value = schema["default"] else { return }
        require(Self.fits(value, type), place, "a default of another type")
        guard let values = schema["enum"]?.elements.compactMap(\.scalarText) else { return }
        require(values.contains(value.scalarText ?? ""), place, "a default that is not a value")
    }

    private static func fits(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "string": value.kind == .string
        case "integer": value.kind == .number && value.lexeme?.contains(".") == false
        case "number": value.kind == .number
        case "boolean": value.kind == .bool
        default: false
        }
    }

    private mutating func checkParts(_ schema: JSONValue, _ place: String, isComponent: Bool) {
        let properties = schema["properties"]?.members.map { $0 } ?? []
        require(properties.isEmpty || isComponent, place, "an object that is not a component")
        for property in properties { check(property.value, "\(place).\(property.name)") }
        for name in schema["required"]?.elements.compactMap(\.string) ?? [] {
            require(properties.contains { $0.name == name }, place, "\(name) is required and does not exist")
        }
        if let items = schema["items"] { check(items, "\(place)[]", isComponent: isComponent && properties.isEmpty) }
        if let more = schema["additionalProperties"], more.kind == .object { check(more, "\(place).*") }
    }
}

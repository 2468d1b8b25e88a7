import Catalog
import JSON

/// Checks received business parameters against the method's page.
///
/// TOP ignores unknown names. The sandbox refuses them, because an undocumented name is a mistake of the sender.
struct ParameterCheck {
    /// The largest nesting depth of a JSON parameter.
    static let maximumDepth = 64

    /// Refuses missing parameters with code 40, and unknown or malformed ones with code 41.
    static func check(_ values: [String: String], files: [String] = [], against fields: [Field]) throws(GatewayError) {
        try checkFiles(files, against: fields)
        let known = Set(fields.map(\.name))
        if let unknown = values.keys.filter({ !known.contains($0) }).min() {
            throw .invalid(unknown, "is not a parameter of this method")
        }
        for field in fields where values[field.name] != nil || !files.contains(field.name) {
            guard let value = values[field.name], value.utf8.contains(where: { $0 > 0x20 }) else {
                if field.isRequired { throw .missing(field.name) }
                continue
            }
            try checkTop(value, field)
        }
    }

    private static func checkFiles(_ files: [String], against fields: [Field]) throws(GatewayError) {
        for (index, name) in files.enumerated() {
            guard let field = fields.first(where: { $0.name == name }), field.isFile else {
                throw .invalid(name, "is not a file of this method")
            }
            guard !files[..<index].contains(name) else { throw .invalid(name, "occurs more than once") }
        }
    }

    private static func checkTop(_ value: String, _ field: Field) throws(GatewayError) {
        switch field.type.kind {
        case .object, .json, .map:
            let document: JSONDocument
            do throws(JSONError) {
                document = try JSONDocument(
                    Array(value.utf8), options: JSONDocument.Options(maximumDepth: maximumDepth))
            } catch {
                throw .invalid(field.name, "is not JSON: \(error)")
            }
            try checkJSON(document.root, field, path: field.name)
        case .bytes: throw .invalid(field.name, "is a file, which needs a part with a filename")
        case .string, .number, .boolean, .date, .price, .decimal:
            guard field.type.isList else { return try checkScalar(value, field, path: field.name) }
            for element in value.split(separator: ",", omittingEmptySubsequences: false) {
                try checkScalar(String(element), field, path: field.name)
            }
        }
    }

    private static func checkJSON(_ value: JSONValue, _ field: Field, path: String) throws(GatewayError) {
        if field.type.isList {
            guard value.kind == .array else { throw .invalid(path, "is not a JSON list") }
            for element in value.elements { try checkElement(element, field, path: path) }
        } else if field.type.kind == .object, value.kind == .array, value.count == 1 {
            // Some pages give a list parameter an object type, and TOP accepts either.
            for element in value.elements { try checkElement(element, field, path: path) }
        } else {
            try checkElement(value, field, path: path)
        }
    }

    private static func checkElement(_ value: JSONValue, _ field: Field, path: String) throws(GatewayError) {
        switch field.type.kind {
        case .object: try checkObject(value, field, path: path)
        case .map: guard value.kind == .object else { throw .invalid(path, "is not a JSON object") }
        case .json, .bytes: return
        case .number, .decimal:
            guard value.kind == .number else { throw .invalid(path, "is not a JSON number") }
            try checkScalar(value.scalarText ?? "", field, path: path)
        case .boolean: guard value.kind == .bool else { throw .invalid(path, "is not true or false") }
        case .string, .date, .price:
            guard let text = value.string else { throw .invalid(path, "is not a JSON string") }
            try checkScalar(text, field, path: path)
        }
    }

    private static func checkObject(_ value: JSONValue, _ field: Field, path: String) throws(GatewayError) {
        guard value.kind == .object else { throw .invalid(path, "is not a JSON object") }
        guard !field.children.isEmpty else { return }
        var present: Set<String> = []
        for member in value.members {
            let inner = "\(path).\(member.name)"
            guard let child = field.children.first(where: { $0.name == member.name }) else {
                if field.isOpen { continue }
                throw .invalid(inner, "is not known")
            }
            present.insert(member.name)
            try checkJSON(member.value, child, path: inner)
        }
        for child in field.children where child.isRequired && !present.contains(child.name) {
            throw .missing("\(path).\(child.name)")
        }
    }

    private static func checkScalar(_ text: String, _ field: Field, path: String) throws(GatewayError) {
        switch field.type.kind {
        case .number, .decimal:
            guard isNumber(text) else { throw .invalid(path, "is not a number") }
        case .boolean:
            guard text == "true" || text == "false" else { throw .invalid(path, "is not true or false") }
        case .date:
            guard text.utf8.count == 19, ChinaTime.epochSeconds(text) != nil else {
                throw .invalid(path, "is not a date of the form yyyy-MM-dd HH:mm:ss")
            }
        case .string, .price, .json, .map, .bytes, .object: break
        }
        if let limit = field.maximumLength, text.utf16.count > limit {
            throw .invalid(path, "is longer than \(limit)")
        }
        guard field.values.isEmpty || field.values.contains(where: { $0.value == text }) else {
            throw .invalid(path, "is not one of \(field.values.map(\.value).joined(separator: ", "))")
        }
    }

    /// Whether a text is a plain decimal number, without an exponent, a leading zero or a plus.
    private static func isNumber(_ text: String) -> Bool {
        let unsigned = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let parts = unsigned.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isDigits = { (part: Substring.UTF8View) in
            !part.isEmpty && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        guard (1...2).contains(parts.count), parts.allSatisfy(isDigits) else { return false }
        return parts[0].count == 1 || parts[0].first != UInt8(ascii: "0")
    }
}

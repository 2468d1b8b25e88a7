import Masking
import YAML

/// Reads `METHOD.overlay.yaml`.
struct OverlayReader {
    var yaml: YAMLReader

    static let names = [
        "method", "path", "session", "reads", "personal", "open", "max_body_bytes", "idempotency", "request",
        "response",
        "rules", "page_rules", "outcome", "errors", "timeout",
    ]
    static let fieldNames = [
        "required", "max_length", "max_items", "aliases", "values", "value_aliases", "date", "sensitive", "key",
        "open", "wire", "json",
    ]
    static let responseFieldNames = ["sensitive", "key"]

    private init(file: String) {
        yaml = YAMLReader(file: file)
    }

    /// The overlay; nil if its faults prevent one.
    /// - Parameter embedded: the embedded overlay of the same method, which the file changes.
    static func read(
        _ text: String, file: String, onto embedded: CatalogFile? = nil
    ) -> (overlay: Overlay?, faults: [CatalogError.Fault]) {
        var reader = OverlayReader(file: file)
        let overlay = reader.overlay(text, onto: embedded)
        return (overlay, reader.yaml.faults)
    }

    private mutating func overlay(_ text: String, onto embedded: CatalogFile?) -> Overlay? {
        guard let own = yaml.root(text) else { return nil }
        var base: YAMLNode?
        if let embedded {
            base = yaml.root(embedded.text)
        }
        let root = OverlayMerge.merged(own, onto: base)
        guard let members = yaml.members(root, known: Self.names, of: "an overlay"),
            let method = yaml.requiredText(members, "method", of: "an overlay")
        else { return nil }
        var overlay = Overlay()
        overlay.method = method
        overlay.path = friendlyPath(members)
        overlay.session = yaml.choice(members, "session")
        overlay.reads = yaml.bool(members, "reads") ?? false
        overlay.isPersonal = yaml.bool(members, "personal") ?? false
        overlay.isOpen = yaml.bool(members, "open") ?? false
        overlay.maximumBodyBytes = bodyLimit(members)
        overlay.timeoutSeconds = timeout(members)
        overlay.idempotency = path(members, "idempotency")
        overlay.request = fieldParts(members, "request", known: Self.fieldNames)
        overlay.response = fieldParts(members, "response", known: Self.responseFieldNames)
        if let node = members["rules"] { overlay.rules = rules(node) }
        overlay.keepsPageRules = yaml.bool(members, "page_rules") ?? true
        if let node = members["outcome"] { overlay.outcome = outcome(node) }
        if let node = members["errors"] { overlay.errors = errors(node) }
        return overlay
    }

    /// More than the service's own 1 MiB, and at most what the relay can hold for many concurrent calls.
    private mutating func bodyLimit(_ members: YAMLReader.Members) -> Int? {
        guard let node = members["max_body_bytes"] else { return nil }
        guard let text = node.scalar, let bytes = Int(text), (1 << 20...32 << 20).contains(bytes) else {
            yaml.fault(node.line, "max_body_bytes must be a whole number from \(1 << 20) to \(32 << 20)")
            return nil
        }
        return bytes
    }

    private mutating func timeout(_ members: YAMLReader.Members) -> Int? {
        guard let node = members["timeout"] else { return nil }
        guard let text = node.scalar, let seconds = Int(text), Entry.timeoutSeconds.contains(seconds) else {
            let range = Entry.timeoutSeconds
            yaml.fault(node.line, "timeout must be whole seconds from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return seconds
    }

    private mutating func friendlyPath(_ members: YAMLReader.Members) -> String? {
        guard let node = members["path"], let path = yaml.text(node, "path") else { return nil }
        let isPlain = path.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        if !isPlain || !path.hasPrefix("/v1/") || path.hasPrefix("/v1/top/") || path.hasSuffix("/") {
            yaml.fault(
                node.line, "path must start with /v1/ but not /v1/top/, and use only a-z, 0-9, - and /"
            )
        }
        return path
    }

    /// A path of names separated by dots.
    mutating func path(_ members: YAMLReader.Members, _ name: String) -> Overlay.Path? {
        guard let text = yaml.text(members, name) else { return nil }
        return path(text, line: members[name]?.line ?? members.line)
    }

    mutating func path(_ text: String, line: Int?) -> Overlay.Path {
        let path = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if path.contains("") { yaml.fault(line, "\"\(text)\" is not a path of names separated by dots") }
        return path
    }

    private mutating func fieldParts(
        _ members: YAMLReader.Members, _ name: String, known: [String]
    ) -> [Overlay.FieldPart] {
        guard let node = members[name],
            let fields = yaml.members(node, known: nil, of: "the overlay's \(name)")
        else { return [] }
        var parts: [Overlay.FieldPart] = []
        for (text, value, line) in fields.order {
            guard let members = yaml.members(value, known: known, of: "\"\(text)\"") else { continue }
            var part = Overlay.FieldPart(path: path(text, line: line), line: line)
            read(members, into: &part)
            parts.append(part)
        }
        return parts
    }

    private mutating func read(_ members: YAMLReader.Members, into part: inout Overlay.FieldPart) {
        part.isRequired = yaml.bool(members, "required")
        part.maximumLength = yaml.count(members, "max_length")
        part.maximumItems = yaml.count(members, "max_items")
        part.aliases = yaml.texts(members, "aliases")
        part.removesDateForm = members["date"]?.scalar == "none"
        if !part.removesDateForm { part.dateForm = yaml.choice(members, "date") }
        part.sensitivity = yaml.choice(members, "sensitive")
        part.key = yaml.text(members, "key")
        part.isOpen = yaml.bool(members, "open")
        part.wireForm = yaml.choice(members, "wire")
        part.values = yaml.values(members)
        part.takesAnyValue = members["values"] != nil && part.values.isEmpty
        readValueAliases(members, into: &part)
        readJSON(members, into: &part)
    }

    private mutating func readValueAliases(_ members: YAMLReader.Members, into part: inout Overlay.FieldPart) {
        guard let node = members["value_aliases"],
            let aliases = yaml.members(node, known: nil, of: "value_aliases")
        else { return }
        for (alias, value, line) in aliases.order {
            guard let sent = yaml.text(value, "the value sent for \"\(alias)\"") else { continue }
            part.valueAliases[alias] = sent
            if !part.values.contains(where: { $0.value == sent }) {
                yaml.fault(line, "\"\(sent)\" is not one of the values")
            }
        }
    }

    private mutating func readJSON(_ members: YAMLReader.Members, into part: inout Overlay.FieldPart) {
        guard let node = members["json"],
            let json = yaml.members(node, known: ["type", "children"], of: "json"),
            let type = yaml.requiredText(json, "type", of: "json")
        else { return }
        part.jsonType = FieldType(type)
        guard let children = json["children"] else {
            yaml.fault(json.line, "json must have \"children\"")
            return
        }
        let (fields, faults) = PageReader.fields(children, file: yaml.file)
        part.jsonFields = fields
        for fault in faults { yaml.fault(fault.line, fault.detail) }
        if part.jsonType?.kind != .object { yaml.fault(json.line, "json must be of an object's type or a list of it") }
    }
}

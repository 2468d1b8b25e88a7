import YAML

/// Reads one file's YAML strictly. Every member must be known and of the right kind. It collects all faults with their
/// lines, so that one run shows them all.
struct YAMLReader {
    /// A mapping's members by name, with the lines of the names.
    struct Members {
        fileprivate(set) var order: [(name: String, value: YAMLNode, line: Int)] = []
        let line: Int

        subscript(name: String) -> YAMLNode? {
            order.first { $0.name == name }?.value
        }
    }

    let file: String
    private(set) var faults: [CatalogError.Fault] = []

    /// The largest size of a file in bytes.
    static let maximumBytes = 1 << 20

    init(file: String) {
        self.file = file
    }

    mutating func fault(_ line: Int?, _ detail: String) {
        faults.append(CatalogError.Fault(file: file, line: line, detail: detail))
    }

    /// The document's root; nil, with a fault, if the text is empty, too long or not valid YAML.
    mutating func root(_ text: String) -> YAMLNode? {
        guard text.utf8.count <= Self.maximumBytes else {
            fault(nil, "the file is longer than \(Self.maximumBytes) bytes")
            return nil
        }
        do {
            guard let node = try YAMLNode.read(text) else {
                fault(nil, "the file is empty")
                return nil
            }
            return node
        } catch {
            fault(error.line, error.detail)
            return nil
        }
    }

    /// A mapping's members. Names outside `known` are faults. Nil allows all names.
    mutating func members(_ node: YAMLNode, known: [String]?, of what: String) -> Members? {
        guard case .mapping(let content) = node.content else {
            fault(node.line, "\(what) must be a mapping")
            return nil
        }
        var members = Members(line: node.line)
        for member in content {
            guard let name = member.name.scalar else {
                fault(member.name.line, "the names in \(what) must be texts")
                continue
            }
            if let known, !known.contains(name) {
                let nearest = NearestName.of(name, among: known)
                let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
                fault(member.name.line, "\(what) has no \"\(name)\"\(hint)")
                continue
            }
            members.order.append((name, member.value, member.name.line))
        }
        return members
    }

    /// A text, exactly as written.
    mutating func text(_ node: YAMLNode, _ what: String) -> String? {
        guard case .scalar(let text, let isPlain) = node.content else {
            fault(node.line, "\(what) must be a text")
            return nil
        }
        if isPlain, text.isEmpty || text == "~" || text == "null" {
            fault(node.line, "\(what) has no value; leave it out, or write ''")
            return nil
        }
        return text
    }

    /// The text of a member; nil if there is none.
    mutating func text(_ members: Members, _ name: String) -> String? {
        members[name].flatMap { text($0, name) }
    }

    /// The text of a required member.
    mutating func requiredText(_ members: Members, _ name: String, of what: String) -> String? {
        guard let node = members[name] else {
            fault(members.line, "\(what) must have a \"\(name)\"")
            return nil
        }
        return text(node, name)
    }

    /// `true` or `false`; nil if there is no such member.
    mutating func bool(_ members: Members, _ name: String) -> Bool? {
        guard let node = members[name] else { return nil }
        switch node.scalar {
        case "true": return true
        case "false": return false
        default:
            fault(node.line, "\(name) must be true or false")
            return nil
        }
    }

    /// A whole number of 1 or more; nil if there is no such member.
    mutating func count(_ members: Members, _ name: String) -> Int? {
        guard let node = members[name] else { return nil }
        guard let number = node.scalar.flatMap({ Int($0) }), number > 0 else {
            fault(node.line, "\(name) must be a whole number above 0")
            return nil
        }
        return number
    }

    /// A case of an enumeration by its raw value; nil if there is no such member.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ members: Members, _ name: String, _: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        guard let node = members[name], let text = text(node, name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        fault(node.line, "\(name) must be one of \(known)")
        return nil
    }

    /// The elements of a list; nil, with a fault, if the node is not a list.
    mutating func elements(_ node: YAMLNode, _ what: String) -> [YAMLNode]? {
        guard case .sequence(let elements) = node.content else {
            fault(node.line, "\(what) must be a list")
            return nil
        }
        return elements
    }

    /// The texts of a list; empty if there is no such member.
    mutating func texts(_ members: Members, _ name: String) -> [String] {
        guard let node = members[name], let nodes = elements(node, name) else { return [] }
        var texts: [String] = []
        for node in nodes {
            if let text = text(node, name) { texts.append(text) }
        }
        return texts
    }

    /// The values of an enumeration with their labels: `{'1': 新增, '2': 更新}`. Empty for `{}` and without the member.
    mutating func values(_ members: Members) -> [Field.AllowedValue] {
        guard let node = members["values"], let values = self.members(node, known: nil, of: "values") else { return [] }
        return values.order.map { value in
            Field.AllowedValue(value: value.name, label: text(value.value, "a value's label") ?? "")
        }
    }
}

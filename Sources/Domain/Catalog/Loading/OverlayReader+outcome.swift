import YAML

/// The overlay's rules and its outcome.
extension OverlayReader {
    mutating func rules(_ node: YAMLNode) -> [(part: Overlay.RulePart, line: Int)] {
        var rules: [(part: Overlay.RulePart, line: Int)] = []
        for element in yaml.elements(node, "rules") ?? [] {
            guard
                let members = yaml.members(element, known: ["one_of", "when", "require", "order"], of: "a rule"),
                let rule = rule(members)
            else { continue }
            rules.append((rule, members.line))
        }
        return rules
    }

    private mutating func rule(_ members: YAMLReader.Members) -> Overlay.RulePart? {
        switch Set(members.order.map(\.name)) {
        case ["one_of"]:
            let paths = paths(members, "one_of")
            if paths.count >= 2 { return .oneOf(paths) }
            yaml.fault(members.line, "one_of must name at least two parameters")
        case ["order"]:
            let paths = paths(members, "order")
            if paths.count == 2 { return .order(earlier: paths[0], later: paths[1]) }
            yaml.fault(members.line, "order must name two parameters, the earlier one first")
        case ["when", "require"]:
            return requirement(members)
        default:
            yaml.fault(members.line, "a rule is one of: one_of; order; when with require")
        }
        return nil
    }

    private mutating func requirement(_ members: YAMLReader.Members) -> Overlay.RulePart? {
        let required = paths(members, "require")
        guard !required.isEmpty, let node = members["when"],
            let condition = yaml.members(node, known: ["field", "is"], of: "when"),
            let field = path(condition, "field"),
            let value = yaml.requiredText(condition, "is", of: "when")
        else {
            yaml.fault(members.line, "a conditional rule has the form when: {field: …, is: …}, require: […]")
            return nil
        }
        return .require(required, field: field, is: value)
    }

    private mutating func paths(_ members: YAMLReader.Members, _ name: String) -> [Overlay.Path] {
        yaml.texts(members, name).map { path($0, line: members.line) }
    }

    mutating func outcome(_ node: YAMLNode) -> Overlay.OutcomePart {
        let known = ["success", "complete", "accepted", "retryable", "code", "message"]
        var outcome = Overlay.OutcomePart()
        guard let members = yaml.members(node, known: known, of: "the outcome") else { return outcome }
        outcome.line = members.line
        outcome.isAccepted = yaml.bool(members, "accepted") ?? false
        outcome.retryable = path(members, "retryable")
        outcome.code = path(members, "code")
        outcome.message = path(members, "message")
        for element in members["success"].flatMap({ yaml.elements($0, "success") }) ?? [] {
            guard let members = yaml.members(element, known: ["field", "is", "in"], of: "a flag") else { continue }
            if let flag = flag(members) { outcome.success.append(flag) }
        }
        for element in members["complete"].flatMap({ yaml.elements($0, "complete") }) ?? [] {
            if let completion = completion(element) { outcome.completions.append(completion) }
        }
        return outcome
    }

    private mutating func completion(_ node: YAMLNode) -> Overlay.OutcomePart.Completion? {
        let known = ["field", "is", "in", "sent", "found", "when"]
        guard let members = yaml.members(node, known: known, of: "a completion") else { return nil }
        guard members["sent"] != nil else { return flag(members).map { .flag($0) } }
        guard let sent = path(members, "sent"), let found = path(members, "found") else {
            yaml.fault(members.line, "a completion has the form sent: …, found: …; or field: …, is: …")
            return nil
        }
        var condition: Overlay.FlagPart?
        if let node = members["when"],
            let members = yaml.members(node, known: ["field", "is", "in"], of: "when")
        {
            condition = flag(members)
        }
        return .echo(Overlay.EchoPart(sent: sent, found: found, condition: condition, line: members.line))
    }

    private mutating func flag(_ members: YAMLReader.Members) -> Overlay.FlagPart? {
        var values = yaml.texts(members, "in")
        if let value = yaml.text(members, "is") { values.append(value) }
        guard let path = path(members, "field"), !values.isEmpty else {
            yaml.fault(members.line, "a flag has the form field: …, is: … (or in: […])")
            return nil
        }
        return Overlay.FlagPart(path: path, values: values, line: members.line)
    }
}

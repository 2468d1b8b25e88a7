import YAML

/// Merges an own overlay with the embedded one of the same method.
///
/// Mappings merge by name, and everything else replaces. `false` or `[]` switches a member off, unless the member
/// itself is true or false, or a list.
enum OverlayMerge {
    /// The members that are true or false themselves.
    private static let booleans: Set<String> = [
        "reads", "personal", "open", "page_rules", "required", "accepted",
    ]
    /// The members that are lists.
    private static let lists: Set<String> = [
        "rules", "aliases", "success", "complete", "in", "one_of", "order", "require", "children",
    ]

    /// The merged root.
    /// - Parameter embedded: the embedded overlay's root; nil only switches off.
    static func merged(_ own: YAMLNode, onto embedded: YAMLNode?) -> YAMLNode {
        guard case .mapping(let members) = own.content else { return own }
        var merged: [YAMLNode.Member] = []
        if case .mapping(let base)? = embedded?.content {
            // Lines are those of the own file.
            merged = base.map {
                YAMLNode.Member(name: $0.name.moved(to: own.line), value: $0.value.moved(to: own.line))
            }
        }
        for member in members {
            let place = merged.firstIndex { $0.name.scalar != nil && $0.name.scalar == member.name.scalar }
            if switchesOff(member) {
                if let place { merged.remove(at: place) }
                continue
            }
            let value = Self.merged(member.value, onto: place.map { merged[$0].value })
            let kept = YAMLNode.Member(name: member.name, value: value)
            if let place { merged[place] = kept } else { merged.append(kept) }
        }
        return YAMLNode(content: .mapping(merged), line: own.line)
    }

    private static func switchesOff(_ member: YAMLNode.Member) -> Bool {
        let name = member.name.scalar ?? ""
        return switch member.value.content {
        case .scalar("false", isPlain: true): !booleans.contains(name)
        case .sequence(let elements): elements.isEmpty && !lists.contains(name)
        case .scalar, .mapping: false
        }
    }
}

extension YAMLNode {
    /// The node, and all in it, on another line.
    fileprivate func moved(to line: Int) -> YAMLNode {
        let content: Content =
            switch content {
            case .scalar: content
            case .sequence(let elements): .sequence(elements.map { $0.moved(to: line) })
            case .mapping(let members):
                .mapping(members.map { Member(name: $0.name.moved(to: line), value: $0.value.moved(to: line)) })
            }
        return YAMLNode(content: content, line: line)
    }
}

extension Overlay {
    /// What an own overlay has switched off of the embedded one: marks of private values, and outcome rules.
    func protectionsLost(from embedded: Overlay) -> [String] {
        var lost: [String] = []
        if embedded.isPersonal, !isPersonal { lost.append("personal") }
        for (name, before, after) in [
            ("request", embedded.request, request), ("response", embedded.response, response),
        ] {
            for part in before where part.sensitivity != nil {
                let kept = after.first { $0.path == part.path }
                if kept?.sensitivity == nil { lost.append("sensitive of \(name) \(part.path.joined(separator: "."))") }
            }
        }
        if !embedded.outcome.success.isEmpty, outcome.success.isEmpty { lost.append("outcome.success") }
        if !embedded.outcome.completions.isEmpty, outcome.completions.isEmpty { lost.append("outcome.complete") }
        return lost
    }
}

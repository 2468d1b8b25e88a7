internal import CLibyaml

extension YAMLNode {
    /// How deep sequences and mappings may be nested. Aliases count with what they stand for.
    package static let maximumDepth = 64

    /// Reads a text that contains one document.
    /// - Returns: the document's root; nil if the text contains no document.
    /// - Throws: `YAMLError` at the first fault.
    package static func read(_ text: String) throws(YAMLError) -> YAMLNode? {
        var text = text
        let result: Result<YAMLNode?, YAMLError> = text.withUTF8 { bytes in
            guard let composer = YAMLComposer(bytes) else { return .failure(YAMLComposer.outOfMemory) }
            return Result { () throws(YAMLError) in try composer.document() }
        }
        return try result.get()
    }
}

/// Makes nodes of libyaml's events.
private final class YAMLComposer {
    static let outOfMemory = YAMLError(line: nil, "not valid YAML: not enough memory")

    /// A node, and how deep it is: 0 for a scalar.
    private typealias Composed = (node: YAMLNode, depth: Int)

    private let parser: OpaquePointer
    private var event = toprelay_yaml_event()
    private var anchors: [String: Composed] = [:]

    /// The bytes must outlive the composer. Nil if memory is out.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let parser = toprelay_yaml_open(bytes.baseAddress, bytes.count) else { return nil }
        self.parser = parser
    }

    deinit { toprelay_yaml_close(parser) }

    func document() throws(YAMLError) -> YAMLNode? {
        try next()
        guard event.kind != toprelay_yaml_stream_end else { return nil }
        try next()
        let root = try compose(level: 0).node
        try next()
        try next()
        guard event.kind == toprelay_yaml_stream_end else {
            throw YAMLError(line: line, "not valid YAML: but found another document")
        }
        return root
    }

    private var line: Int { Int(event.line) }

    private func next() throws(YAMLError) {
        var failure = toprelay_yaml_failure()
        guard !toprelay_yaml_next(parser, &event, &failure) else { return }
        guard let problem = failure.problem else { throw Self.outOfMemory }
        throw YAMLError(line: Int(failure.line), "not valid YAML: \(String(cString: problem))")
    }

    /// The node that starts with the current event. The node's last event is current afterwards.
    private func compose(level: Int) throws(YAMLError) -> Composed {
        let anchor = event.anchor.map { String(cString: $0) }
        if event.kind == toprelay_yaml_alias { return try target(of: anchor ?? "", level: level) }
        let composed: Composed
        if event.kind == toprelay_yaml_sequence_start {
            composed = try sequence(level: level + 1)
        } else if event.kind == toprelay_yaml_mapping_start {
            composed = try mapping(level: level + 1)
        } else {
            composed = (scalar(), 0)
        }
        // Only now: a node cannot contain itself.
        if let anchor { anchors[anchor] = composed }
        return composed
    }

    private func scalar() -> YAMLNode {
        let text = String(decoding: UnsafeBufferPointer(start: event.text, count: event.count), as: UTF8.self)
        return YAMLNode(content: .scalar(text, isPlain: event.is_plain), line: line)
    }

    private func target(of anchor: String, level: Int) throws(YAMLError) -> Composed {
        guard let target = anchors[anchor] else { throw YAMLError(line: line, "not valid YAML: found undefined alias") }
        try check(level: level + target.depth)
        return target
    }

    private func sequence(level: Int) throws(YAMLError) -> Composed {
        try check(level: level)
        let start = line
        var elements: [YAMLNode] = []
        var depth = 0
        try next()
        while event.kind != toprelay_yaml_sequence_end {
            let element = try compose(level: level)
            elements.append(element.node)
            depth = max(depth, element.depth)
            try next()
        }
        return (YAMLNode(content: .sequence(elements), line: start), depth + 1)
    }

    private func mapping(level: Int) throws(YAMLError) -> Composed {
        try check(level: level)
        let start = line
        var members: [YAMLNode.Member] = []
        var depth = 0
        try next()
        while event.kind != toprelay_yaml_mapping_end {
            let name = try compose(level: level)
            try next()
            let value = try compose(level: level)
            members.append(YAMLNode.Member(name: name.node, value: value.node))
            depth = max(depth, name.depth, value.depth)
            try next()
        }
        try checkNames(of: members)
        return (YAMLNode(content: .mapping(members), line: start), depth + 1)
    }

    private func check(level: Int) throws(YAMLError) {
        guard level <= YAMLNode.maximumDepth else {
            throw YAMLError(line: line, "not valid YAML: nested more than \(YAMLNode.maximumDepth) deep")
        }
    }

    private func checkNames(of members: [YAMLNode.Member]) throws(YAMLError) {
        var lines: [String: Int] = [:]
        var repeated: Set<String> = []
        for member in members {
            guard let name = member.name.scalar else { continue }
            if lines.updateValue(lines[name] ?? member.name.line, forKey: name) != nil { repeated.insert(name) }
        }
        guard let first = repeated.min() else { return }
        throw YAMLError(line: lines[first], "duplicate names: \(repeated.sorted().joined(separator: ", "))")
    }
}

import Testing

@testable import YAML

/// Reading of one YAML document.
@Suite struct YAMLNodeTests {
    /// The node as text, for comparison: quoted scalars in quotation marks, lines after `@`.
    private static func outline(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let text, let isPlain): isPlain ? "\(text)@\(node.line)" : "'\(text)'@\(node.line)"
        case .sequence(let elements): "[\(elements.map(outline).joined(separator: ", "))]@\(node.line)"
        case .mapping(let members):
            "{\(members.map { "\(outline($0.name)): \(outline($0.value))" }.joined(separator: ", "))}@\(node.line)"
        }
    }

    @Test(
        "Nodes have their texts, their order and their lines",
        arguments: [
            ("a: 1\nb: [true, ~, 'x y']\n", "{a@1: 1@1, b@2: [true@2, ~@2, 'x y'@2]@2}@1"),
            ("- a\n- \"b\\n\\u4e2d\"\n-\n", "[a@1, 'b\n中'@2, @3]@1"),
            ("# note\n\na:\n  - {b: c}\n", "{a@3: [{b@4: c@4}@4]@4}@3"),
            ("a: |\n  one\n  two\nb: >\n  three\n  four\n", "{a@1: 'one\ntwo\n'@1, b@4: 'three four\n'@4}@1"),
            ("? [a, b]\n: c\n", "{[a@1, b@1]@1: c@2}@1"),
            ("--- x\n...\n", "x@1"),
            ("\u{FEFF}a: \u{FEFF}b", "{a@1: \u{FEFF}b@1}@1"),
            ("a: !!int '5'\n", "{a@1: '5'@1}@1"),
            ("\"a\\0b\"", "'a\0b'@1"),
        ])
    func nodesAndLines(text: String, outline: String) throws {
        let node = try #require(try YAMLNode.read(text))
        #expect(Self.outline(node) == outline)
    }

    @Test("A text without a document has no node", arguments: ["", "\n \n", "# only a note"])
    func emptyText(text: String) throws {
        #expect(try YAMLNode.read(text) == nil)
    }

    @Test("An alias stands for the last node with its anchor")
    func aliasOfAnchor() throws {
        let node = try #require(try YAMLNode.read("- &a {x: 1}\n- *a\n- &a [2]\n- *a\n"))
        #expect(Self.outline(node) == "[{x@1: 1@1}@1, {x@1: 1@1}@1, [2@3]@3, [2@3]@3]@1")
    }

    @Test(
        "Faults have their line",
        arguments: [
            ("a: 1\nb: [\n", 3, "not valid YAML: did not find expected node content"),
            ("a: 1\n\tb: 2\n", 2, "not valid YAML: found a tab character that violates indentation"),
            ("a: 'x", 1, "not valid YAML: found unexpected end of stream"),
            ("a\n---\nb\n", 2, "not valid YAML: but found another document"),
            ("- a\n- *b\n", 2, "not valid YAML: found undefined alias"),
            ("&a [*a]", 1, "not valid YAML: found undefined alias"),
            ("a: 1\nb: \u{1}\n", 2, "not valid YAML: control characters are not allowed"),
            ("x:\n  b: 1\n  a: 1\n  b: 2\n  'a': 2\n", 3, "duplicate names: a, b"),
        ])
    func faultsWithLines(text: String, line: Int, detail: String) {
        #expect(throws: YAMLError(line: line, detail)) { try YAMLNode.read(text) }
    }

    @Test("Nodes are nested 64 deep at most, aliases included")
    func nestingDepth() throws {
        func nested(_ depth: Int, around text: String = "x") -> String {
            String(repeating: "[", count: depth) + text + String(repeating: "]", count: depth)
        }
        let error = YAMLError(line: 1, "not valid YAML: nested more than 64 deep")
        #expect(try YAMLNode.read(nested(64)) != nil)
        #expect(throws: error) { try YAMLNode.read(nested(65)) }
        #expect(throws: error) { try YAMLNode.read(String(repeating: "[", count: 1 << 20)) }
        #expect(throws: error) { try YAMLNode.read(String(repeating: "{a: ", count: 1 << 17)) }
        #expect(try YAMLNode.read("[&a \(nested(40)), \(nested(23, around: "*a"))]") != nil)
        #expect(throws: error) { try YAMLNode.read("[&a \(nested(40)), \(nested(24, around: "*a"))]") }
    }

    @Test("A mutated document is read, or refused with one of its lines", arguments: 0..<8)
    func mutatedTexts(seed: UInt64) throws {
        let text = "# note\na: &x {b: 'c', d: [1, \"e\\n\"]}\nf:\n  - g: |\n      h\n    i: *x\n  - >-\n    j\n"
        let pieces = [
            "'", "\"", " ", "\n", ": ", "#", "- ", "{", "}", "[", "]", "\t", "*x", "&x ", "|", "%", "\u{1}", "é",
        ]
        var random = Generator(state: seed)
        var refused = 0
        for _ in 0..<500 {
            var bytes = Array(text.utf8)
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes.replaceSubrange(
                    place..<(place + Int.random(in: 0...1, using: &random)),
                    with: pieces.randomElement(using: &random)?.utf8.map { $0 } ?? [])
            }
            let mutated = String(decoding: bytes, as: UTF8.self)
            do {
                _ = try YAMLNode.read(mutated)
            } catch {
                refused += 1
                let lines = mutated.utf8.count { $0 == 0x0A } + 2
                #expect(error.line.map { (1...lines).contains($0) } == true, "\(mutated): \(error)")
            }
        }
        #expect((1..<500).contains(refused))
    }

    /// SplitMix64.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test("Members are found by their name")
    func membersByName() throws {
        let node = try #require(try YAMLNode.read("a: {b: c}\n[d]: e\n"))
        #expect(node["a"]?["b"]?.scalar == "c")
        #expect(node["d"] == nil && node["a"]?.scalar == nil && node["a"]?["b"]?["c"] == nil)
    }
}

import JSON
import Testing

@Suite("Member names")
struct NameTests {
    static func object(_ names: [String]) -> String {
        "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    }

    @Test("A repeated name is refused, at its second place", arguments: [0, 5, 8, 30, 1000])
    func repeatedNameIsRefused(_ others: Int) {
        let names = ["twice"] + (0..<others).map { "n\($0)" }
        let text = Self.object(names + ["twice"])
        let offset = text.utf8.count - #""twice":0}"#.utf8.count
        #expect(throws: JSONError(reason: .duplicateName("twice"), offset: offset)) { try JSONDocument(text) }
        #expect(throws: Never.self) { try JSONDocument(Self.object(names)) }
    }

    @Test("Names are compared decoded", arguments: [0, 40])
    func namesAreComparedDecoded(_ others: Int) {
        let names = ["café"] + (0..<others).map { "n\($0)" } + [#"caf\u00E9"#]
        #expect {
            try JSONDocument(Self.object(names))
        } throws: { error in
            (error as? JSONError)?.reason == .duplicateName("café")
        }
    }

    @Test("Names that Unicode calls equivalent are two names", arguments: [0, 40])
    func namesThatUnicodeCalls(_ others: Int) throws {
        let names = ["caf\u{E9}", "cafe\u{301}"] + (0..<others).map { "n\($0)" }
        let root = try JSONDocument("{\"caf\u{E9}\":1,\"cafe\u{301}\":2}").root
        #expect(root["caf\u{E9}"]?.integer == 1)
        #expect(root["cafe\u{301}"]?.integer == 2)
        #expect(try JSONDocument(Self.object(names)).root.count == others + 2)
    }

    @Test("The same name in different objects is no duplicate")
    func sameNameInDifferent() throws {
        let root = try JSONDocument(#"{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":3}}"#).root
        #expect(root["a"]?["a"]?.count == 2)
    }

    @Test("A duplicate deep inside is found too")
    func duplicateDeepInsideIsFound() {
        #expect(throws: JSONError(reason: .duplicateName("a"), offset: 14)) {
            try JSONDocument(#"[[{"b":{"a":1,"a":2}}]]"#)
        }
    }

    @Test("The error quotes no more than 64 bytes of a name")
    func longName() throws {
        let name = String(repeating: "长", count: 1000)
        #expect {
            try JSONDocument(Self.object([name, name]))
        } throws: { error in
            (error as? JSONError)?.reason == .duplicateName(String(repeating: "长", count: 21))
        }
    }

    @Test("Tolerant: the first of several wins, and the others are not to be seen", arguments: [0, 40])
    func firstWins(_ others: Int) throws {
        let rest = (0..<others).map { "\"n\($0)\":0" }
        let members = [#""a":1"#, #""b":{"x":[1]}"#, #""a":[2]"#, #""\u0061":3"#] + rest
        let root = try JSONDocument("{" + members.joined(separator: ",") + "}", options: .tolerant).root
        #expect(root["a"]?.integer == 1)
        #expect(root.count == 2 + others)
        #expect(Array(root.members.map(\.name).prefix(2)) == ["a", "b"])
        #expect(root.members.map(\.name).count == root.count)
        var writer = JSONWriter()
        writer.value(root)
        #expect(String(decoding: writer.bytes, as: UTF8.self).hasPrefix(#"{"a":1,"b":{"x":[1]}"#))
    }

    @Test("A hundred thousand names are taken, and one repeated among them is found")
    func hundredThousandNamesAreTaken() throws {
        let names = (0..<100_000).map { "name\($0)" }
        #expect(try JSONDocument(Self.object(names)).root.count == 100_000)
        #expect {
            try JSONDocument(Self.object(names + ["name77777"]))
        } throws: { error in
            (error as? JSONError)?.reason == .duplicateName("name77777")
        }
    }

    @Test("Fields give names without decoding, and compare them byte for byte")
    func fieldsGiveNamesWithoutDecoding() throws {
        let fields = Array(try JSONDocument(#"{"plain":1,"esc\u0061ped":2}"#).root.fields)
        #expect(fields.map(\.name) == ["plain", "escaped"])
        #expect(fields.map { $0.isNamed("plain") } == [true, false])
        #expect(fields.map { $0.isNamed("escaped") } == [false, true])
        #expect(!fields[0].isNamed("plai"))
        #expect(!fields[0].isNamed("plain "))
        #expect(fields.map(\.offset) == [1, 11])
        #expect(fields[1].withNameBytes { span in span.indices.map { span[$0] } } == Array("escaped".utf8))
    }
}

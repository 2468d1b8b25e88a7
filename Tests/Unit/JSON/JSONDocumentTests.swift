import JSON
import Testing

@Suite("Reading a document")
struct JSONDocumentTests {
    @Test("An object gives its members, elements and scalars")
    func objectGivesItsMembers() throws {
        let text = #" {"a": [1, "two", null, true], "b": {"c": false}} "#
        let root = try JSONDocument(text).root
        #expect(root.kind == .object)
        #expect(root.count == 2)
        #expect(root.members.map(\.name) == ["a", "b"])
        let elements = try #require(root["a"]).elements.map(\.self)
        #expect(elements.map(\.kind) == [.number, .string, .null, .bool])
        #expect(elements[0].lexeme == "1")
        #expect(elements[1].string == "two")
        #expect(elements[2].isNull)
        #expect(elements[3].bool == true)
        #expect(root["b"]?["c"]?.bool == false)
        #expect(root["d"] == nil)
        #expect(String(decoding: try #require(root["a"]).raw, as: UTF8.self) == #"[1, "two", null, true]"#)
    }
}

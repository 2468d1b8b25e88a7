import TOP
import Testing

@testable import Catalog

/// A page's own example is taken, also where it is not what its type asks for; nothing else gets looser by that.
@Suite("What a page's own example allows")
struct OwnExampleTests {
    private func entry(_ field: String) throws -> Entry {
        let page = "method: taobao.test.own\nsession: none\nrequest:\n  - \(field)\nresponse: []\n"
        return try Entry.read(page: CatalogFile(name: "page.yaml", text: page))
    }

    private func sent(_ entry: Entry, _ body: String) throws -> [String] {
        guard case .mapped(let call) = entry.map(try document(body)) else { return ["refused"] }
        return call.parameters.map { "\($0.name)=\($0.value)" }
    }

    @Test("A day stands for its midnight only where the page shows a day")
    func dayStandsForItsMidnight() throws {
        let own = try entry("{name: d, type: Date, required: false, example: '2016-01-01'}")
        #expect(try sent(own, #"{"d":"2020-02-29"}"#) == ["d=2020-02-29 00:00:00"])
        #expect(try sent(own, #"{"d":"2020-02-29 01:02:03"}"#) == ["d=2020-02-29 01:02:03"])
        #expect(try refused(own, #"{"d":"2020-02-30"}"#).count == 1)
        let usual = try entry("{name: d, type: Date, required: false, example: '2016-01-01 00:00:00'}")
        #expect(try refused(usual, #"{"d":"2020-02-29"}"#).count == 1)
    }

    @Test("A text that is no JSON is sent as it is only where the page shows one")
    func textThatIsNoJSON() throws {
        let own = try entry("{name: j, type: Json, required: false, example: '{a:1}'}")
        #expect(try sent(own, #"{"j":"{b:2}"}"#) == ["j={b:2}"])
        #expect(try sent(own, #"{"j":{"b":[1.0]}}"#) == [#"j={"b":[1.0]}"#])
        let usual = try entry("{name: j, type: Json, required: false, example: '{}'}")
        #expect(try refused(usual, #"{"j":"{b:2}"}"#).count == 1)
    }

    @Test("A file inside an object is its base64, and nothing else")
    func fileInsideObjectIsItsBase64() throws {
        let entry = try entry(
            "{name: o, type: O, required: true, children: [{name: f, type: 'byte []', required: false}]}")
        #expect(try sent(entry, #"{"o":{"f":"dGV4dA=="}}"#) == [#"o={"f":"dGV4dA=="}"#])
        #expect(
            try refused(entry, #"{"o":{"f":"no base64!"}}"#) == [
                "/o/f: must be a file, as base64 in a text (a JSON string)"
            ])
        #expect(try refused(entry, #"{"o":{"f":1}}"#).count == 1)
    }

    @Test(
        "An example body has a value of its type where the page shows none that can be sent",
        arguments: [
            ("{name: a, type: String, required: true, max_length: 2}", #"{"a":"te"}"#),
            ("{name: a, type: Number, required: true, example: many, min_value: '5'}", #"{"a":5}"#),
            ("{name: a, type: Number, required: true, default: '7'}", "{}"),
            ("{name: a, type: Number, required: false, example: many}", "{}"),
            ("{name: a, type: Boolean, required: true, example: '是'}", #"{"a":true}"#),
            ("{name: a, type: Date, required: true, example: '2017-02-33 00:00:00'}", #"{"a":"2000-01-01 00:00:00"}"#),
            ("{name: a, type: 'Number []', required: true, example: '[1, x, 2]'}", #"{"a":[1,2]}"#),
            ("{name: a, type: 'String []', required: true}", #"{"a":["text"]}"#),
            ("{name: a, type: Map, required: true, example: x}", #"{"a":{}}"#),
            ("{name: a, type: String, required: true, values: {b: c, d: e}}", #"{"a":"b"}"#),
            ("{name: a, type: 'byte[]', required: true, example: 'null'}", #"{"a":"dGV4dA=="}"#),
            ("{name: a, type: A, required: true}", #"{"a":{}}"#),
        ])
    func exampleBodyHasValue(field: String, body: String) throws {
        let entry = try entry(field)
        #expect(String(decoding: entry.exampleRequest(), as: UTF8.self) == body)
        #expect(try sent(entry, body) != ["refused"])
    }
}

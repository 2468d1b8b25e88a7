import Testing

@testable import Sandbox

@Suite("Answers as JSON and XML")
struct ResponseNodeTests {
    private static let answer = ResponseNode.object([
        ("url", .text("http://a/\"b\"<&>\n")), ("id", .number("9007199254740993")), ("ok", .bool(true)),
        ("ids", .list(item: "string", [.text("a"), .text("b")])), ("none", .list(item: "entry", [])),
        ("inner", .object([("list", .list(item: "x_dto", [.object([("n", .number("1"))])]))])),
    ])

    @Test("Wrap lists, escape the slash, and keep numbers to the digit")
    func wrapLists() {
        #expect(
            String(decoding: Self.answer.json(), as: UTF8.self)
                == #"{"url":"http:\/\/a\/\"b\"<&>\n","id":9007199254740993,"ok":true,"ids":{"string":["a","b"]},"#
                + #""none":{"entry":[]},"inner":{"list":{"x_dto":[{"n":1}]}}}"#)
    }

    @Test("Leave the wrappers out when simplified")
    func leaveWrappersOutWhenSimplified() {
        let text = String(decoding: Self.answer.json(simplified: true), as: UTF8.self)
        #expect(text.contains(#""ids":["a","b"],"none":[],"inner":{"list":[{"n":1}]}"#))
    }

    @Test("Are XML with a container a list")
    func areXMLWithContainer() {
        #expect(
            String(decoding: Self.answer.xml(root: "r"), as: UTF8.self)
                == #"<?xml version="1.0" encoding="utf-8" ?><r><url>http://a/&quot;b&quot;&lt;&amp;&gt;"# + "\n</url>"
                + #"<id>9007199254740993</id><ok>true</ok><ids list="true"><string>a</string><string>b</string></ids>"#
                + #"<none list="true"></none><inner><list list="true"><x_dto><n>1</n></x_dto></list></inner></r>"#)
    }

    @Test("Change by name: replaced in place, appended, removed")
    func changeByName() {
        var node = ResponseNode.object([("a", .number("1")), ("b", .number("2"))])
        node["a"] = .bool(true)
        node["c"] = .text("x")
        node["b"] = nil
        node["d"] = nil
        #expect(String(decoding: node.json(), as: UTF8.self) == #"{"a":true,"c":"x"}"#)
        var text = ResponseNode.text("x")
        text["a"] = .bool(true)
        #expect(String(decoding: text.json(), as: UTF8.self) == #""x""#)
    }
}

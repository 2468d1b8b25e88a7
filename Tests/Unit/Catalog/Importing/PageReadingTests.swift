import Foundation
import JSON
import Testing

@testable import Catalog

/// What a page's file says of its words' meaning: values, dates and rules.
@Suite("Readings of a page's words")
struct PageReadingTests {
    private static let page = """
        method: taobao.test.do
        session: none
        request:
          - {name: kind, type: Number, required: false, values: {'1': 新增, '2': 'a b'}}
          - {name: day, type: String, required: false, date: 'yyyy-MM-dd'}
          - name: box
            type: Box
            required: false
            children:
              - {name: a, type: String, required: false}
              - {name: b, type: String, required: false}
        rules:
          - {one_of: [kind, day]}
          - {one_of: ['box.a', 'box.b']}
        response: []

        """

    private func entry(_ overlay: String? = nil) throws -> Entry {
        try Entry.read(
            page: CatalogFile(name: "taobao.test.do.yaml", text: Self.page),
            overlay: overlay.map {
                CatalogFile(name: "taobao.test.do.overlay.yaml", text: "method: taobao.test.do\n\($0)\n")
            })
    }

    @Test("They are read")
    func pageIsRead() throws {
        let (read, faults) = PageReader.read(Self.page, file: "page.yaml")
        let page = try #require(read)
        #expect(faults.isEmpty)
        #expect(page.request[0].values.map(\.label) == ["新增", "a b"])
        #expect(page.request[1].dateForm == .day)
        #expect(page.rules == [[["kind"], ["day"]], [["box", "a"], ["box", "b"]]])
    }

    @Test("They are in force")
    func inForce() throws {
        let entry = try entry()
        #expect(try refused(entry, #"{"kind":3}"#).count == 1)
        #expect(try refused(entry, #"{"day":"tomorrow"}"#).count == 1)
        #expect(try refused(entry, "{}") == [#"/kind: at least one of "kind", "day" must be given"#])
        #expect(
            try refused(entry, #"{"kind":1,"box":{}}"#) == [#"/box/a: at least one of "a", "b" must be given"#])
    }

    @Test("An overlay takes them out of force")
    func overlayTakesThemOut() throws {
        let entry = try entry("request: {kind: {values: {}}, day: {date: none}}\npage_rules: false")
        for body in [#"{"kind":3}"#, #"{"day":"tomorrow"}"#, "{}", #"{"box":{}}"#] {
            guard case .mapped = entry.map(try document(body)) else {
                Issue.record("refused: \(body)")
                continue
            }
        }
    }

    @Test("A rule that the overlay says again holds once")
    func ruleThatOverlaySays() throws {
        let entry = try entry("rules: [{one_of: [day, kind]}]")
        #expect(try refused(entry, "{}") == [#"/kind: at least one of "kind", "day" must be given"#])
    }

    @Test(
        "What is wrong with them is said with its line",
        arguments: [
            ("values: {'1': 新增, '2': 'a b'}", "values: [1]", 4, "values must be a mapping"),
            ("values: {'1': 新增, '2': 'a b'}", "values: {}", 4, "values must name at least one"),
            ("date: 'yyyy-MM-dd'", "date: never", 5, "date must be one of"),
            ("type: Number", "type: Boolean", 4, ""),
            (
                "type: Number", "type: Json", 4,
                "values, sensitive and key apply only to texts, numbers, flags and dates"
            ),
            (
                "type: String, required: false, date", "type: Number, required: false, date", 5,
                "this date form applies only to a String"
            ),
            ("[kind, day]", "[kind]", 13, "one_of must name at least two parameters"),
            ("[kind, day]", "[kind, dye]", 13, #"the page has no parameter "dye""#),
            ("[kind, day]", "[kind, 'box.a']", 13, "a rule's parameters must be in one object"),
            ("one_of: [kind, day]", "order: [kind, day]", 13, #"a page's rule has no "order""#),
            ("response: []", "response: [{name: a, type: String, values: {b: c}}]", 15, #""values" is not allowed"#),
            ("response: []", "response: [{name: a, type: String, date: yyyy-MM-dd}]", 15, #""date" is not allowed"#),
        ])
    func whatIsWrongWithThemIsSaid(part: String, broken: String, line: Int, fault: String) {
        let text = Self.page.replacing(part, with: broken)
        #expect(text != Self.page)
        let faults = Catalog.check([CatalogFile(name: "taobao.test.do.yaml", text: text)]).map(\.description)
        guard !fault.isEmpty else {
            #expect(faults.isEmpty)
            return
        }
        #expect(faults.contains { $0.hasPrefix("taobao.test.do.yaml:\(line): ") && $0.contains(fault) }, "\(faults)")
    }
}

import Foundation
import JSON
import TOP
import TestSupport
import Testing

@testable import Catalog
@testable import CatalogImport

/// A documentation page, and what it says, written out by hand.
struct PageFixture: Sendable, CustomTestStringConvertible {
    let name: String

    var testDescription: String { name }

    /// All pages with an expectation beside them.
    static let all: [PageFixture] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().map { PageFixture(name: String($0.dropLast(5))) }
    }()

    private static let folder = URL(filePath: Repository.fixtures + "/pages")

    func bytes() throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: "\(name).txt")))
    }

    func expected() throws -> JSONValue {
        try JSONDocument(Array(try Data(contentsOf: Self.folder.appending(path: "\(name).json")))).root
    }

    func imported() throws -> (page: ImportedPage, entry: Entry) {
        let page = try ImportedPage(bytes: try bytes())
        return (page, try Entry.read(page: CatalogFile(name: "\(name).yaml", text: page.yaml)))
    }
}

@Suite("Pages against what they say, written out by hand")
struct PageFixtureTests {
    @Test("There are dozens of them")
    func thereAreDozens() {
        #expect(PageFixture.all.count >= 30)
    }

    @Test("A page is imported as it reads", arguments: PageFixture.all)
    func pageIsImportedAsItReads(fixture: PageFixture) throws {
        let expected = try fixture.expected()
        let (page, entry) = try fixture.imported()
        let shown = try JSONDocument(entry.json()).root
        for part in ["title", "category", "session", "response_root"] {
            #expect(shown[part]?.string ?? "" == expected[part]?.string ?? "", "\(part)")
        }
        for part in ["request", "response"] {
            let (read, wanted) = (Self.facts(shown[part]), Self.facts(expected[part]))
            #expect(read.filter { !wanted.contains($0) } == [], "\(part): not on the page")
            #expect(wanted.filter { !read.contains($0) } == [], "\(part): missed")
            #expect(read == wanted, "\(part): in this order")
        }
        #expect(page.isPartial == (expected["partial"]?.bool ?? false), "\(page.warnings)")
        let unjudged = page.warnings.filter { $0.detail.hasPrefix("nothing in the response tells success") }
        #expect(unjudged.count == (expected["unjudged"]?.bool == true ? 1 : 0))
        if expected["warns"] == nil { #expect(page.warnings.filter { !unjudged.contains($0) } == []) }
    }

    @Test("A page's example is taken, and sent as the platform's own client would", arguments: PageFixture.all)
    func pageExampleIsTaken(fixture: PageFixture) throws {
        let expected = try fixture.expected()
        let entry = try fixture.imported().entry
        let body = entry.exampleRequest()
        switch entry.map(try JSONDocument(body)) {
        case .refused(let faults):
            Issue.record("\(faults) in \(String(decoding: body, as: UTF8.self))")
        case .mapped(let call):
            let wanted = expected["parameters"]?.members.map { "\($0.name)=\($0.value.string ?? "")" }
            #expect(call.parameters.map { "\($0.name)=\($0.value)" } == wanted)
            let files = expected["files"]?.elements.compactMap(\.string) ?? []
            #expect(call.files.map(\.name) == files)
        }
    }

    @Test("A page that ends after any of its lines is imported as far as it goes", arguments: PageFixture.all)
    func pageThatEndsAfterAnyOfItsLines(fixture: PageFixture) throws {
        let text = String(decoding: try fixture.bytes(), as: UTF8.self)
        let whole = try fixture.imported()
        let names = Set(Self.names(whole.entry.request))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let end = lines.lastIndex { $0.contains("异常示例") } ?? lines.count
        let answer = lines[..<end].lastIndex { $0.contains("_response>") } ?? end
        for count in stride(from: 0, to: lines.count, by: 300 / testInputs(100)) {
            let page = lines[..<count].joined(separator: "\n")
            guard let cut = try? ImportedPage(page) else { continue }
            let entry = try Entry.read(page: CatalogFile(name: "page.yaml", text: cut.yaml))
            if count <= answer { #expect(cut.isPartial, "line \(count)") }
            if cut.isPartial { #expect(!cut.warnings.isEmpty) }
            #expect(Self.names(entry.request).filter { !names.contains($0) } == [], "line \(count)")
        }
    }

    @Test("A mutated page is refused, or makes an entry that can be read and called", arguments: PageFixture.all)
    func mutatedPageIsRefused(fixture: PageFixture) throws {
        let bytes = try fixture.bytes()
        var random = SeededNumbers(bytes.count)
        var count = 0
        for _ in 0..<testInputs(20) {
            var page = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) { ImportTests.mutate(&page, &random) }
            guard let imported = try? ImportedPage(bytes: page) else { continue }
            let entry = try Entry.read(page: CatalogFile(name: "page.yaml", text: imported.yaml))
            let example = try JSONDocument(entry.exampleRequest())
            if case .refused(let faults) = entry.map(example) {
                Issue.record("\(faults) in \(String(decoding: example.bytes, as: UTF8.self))")
            }
            count += 1
        }
        #expect(count > 0)
    }

    private static func names(_ fields: [Field]) -> [String] {
        fields.flatMap { [$0.name] + names($0.children) }
    }

    /// Every parameter with its way from the top and all that the page says of it.
    private static func facts(_ list: JSONValue?, under parent: String = "") -> [String] {
        var facts: [String] = []
        for field in list?.elements.map({ $0 }) ?? [] {
            let path = parent + (field["name"]?.string ?? "")
            let members = ["type", "required", "default", "example", "description", "max_length", "max_items"]
            facts.append(
                path
                    + members.map { name in
                        field[name].map { " \(name)=\($0.string ?? $0.bool.map { "\($0)" } ?? $0.lexeme ?? "")" } ?? ""
                    }.joined())
            facts += self.facts(field["children"], under: path + ".")
        }
        return facts
    }
}

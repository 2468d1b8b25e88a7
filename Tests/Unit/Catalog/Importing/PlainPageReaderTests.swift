import TestSupport
import Testing

@testable import Catalog
@testable import CatalogImport

@Suite("Reading pages in the plain form")
struct PlainPageReaderTests {
    @Test("What it reads is what the YAML parser reads", arguments: 0..<4)
    func madeUp(part: Int) throws {
        for seed in (part * 40)..<(part * 40 + testInputs(40)) {
            var maker = PageMaker(seed: seed)
            let text = PageText.page(maker.fields(isRequest: true), maker.fields(isRequest: false), PageText.Form())
            let yaml = try ImportedPage(text).yaml
            let page = try #require(PlainPageReader.read(yaml), "seed \(seed)")
            #expect(page == PageReader.readYAML(yaml, file: "page").page)
        }
    }

    @Test("The embedded pages are in the plain form", arguments: SeedPages.methods)
    func embeddedPagesAreInPlain(method: String) throws {
        let file = try #require(CatalogFile.embedded.first { $0.name == "\(method).yaml" })
        let read = PlainPageReader.read(file.text)
        #expect(read == PageReader.readYAML(file.text, file: "page").page)
    }

    @Test("A mutated file is read as the YAML parser reads it, or left to it", arguments: SeedPages.methods)
    func mutatedFileIsRead(method: String) throws {
        let file = try #require(CatalogFile.embedded.first { $0.name == "\(method).yaml" })
        let bytes = Array(file.text.utf8)
        var random = SeededNumbers(bytes.count)
        let pieces = [
            "'", "\"", " ", "\n", ": ", "#", "- ", "{", "}", "\t", "~", "null", "&a ", "\u{FEFF}", "é", "[]", ",", "\\",
        ]
        var count = 0
        for _ in 0..<testInputs(300) {
            var changed = bytes
            let place = Int.random(in: 0..<changed.count, using: &random)
            if Bool.random(using: &random) {
                changed.remove(at: place)
            } else {
                changed.insert(contentsOf: pieces.randomElement(using: &random)!.utf8, at: place)
            }
            let text = String(decoding: changed, as: UTF8.self)
            guard let page = PlainPageReader.read(text) else { continue }
            let (expected, faults) = PageReader.readYAML(text, file: "page")
            #expect(faults.isEmpty && page == expected, "\(text)")
            count += 1
        }
        #expect(count > testInputs(20))
    }
}

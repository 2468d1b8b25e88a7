import Foundation
import JSON
import TestSupport
import Testing

@testable import Catalog

@Suite("The JSON Schema of entries")
struct SchemaTests {
    @Test("The schema knows the names that the readers know")
    func schemaKnowsNamesThatReaders() throws {
        let schema = try JSONDocument(Array(try Repository.text("docs/catalog-entry.schema.json").utf8))
        let parts = try #require(schema.root["$defs"])
        func names(_ part: String) -> [String] {
            parts[part]?["properties"]?.members.map(\.name).sorted() ?? []
        }
        #expect(names("page") == PageReader.pageNames.sorted())
        #expect(names("parameter") == PageReader.fieldNames.sorted())
        let requestNames = ["required", "values", "date"]
        #expect(names("answer_parameter") == PageReader.fieldNames.filter { !requestNames.contains($0) }.sorted())
        #expect(names("overlay") == OverlayReader.names.sorted())
        #expect(names("addition") == OverlayReader.fieldNames.sorted())
        #expect(names("answer_addition") == OverlayReader.responseFieldNames.sorted())
    }
}

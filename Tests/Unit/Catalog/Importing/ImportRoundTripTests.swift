import TestSupport
import Testing

@testable import Catalog
@testable import CatalogImport

@Suite("Importing made-up pages")
struct ImportRoundTripTests {
    @Test("A made-up page is imported as it was made", arguments: 0..<8)
    func roundTrip(part: Int) throws {
        for seed in (part * 100)..<(part * 100 + testInputs(100)) {
            var maker = PageMaker(seed: seed)
            let request = maker.fields(isRequest: true)
            let response = maker.fields(isRequest: false)
            var form = PageText.Form()
            form.isSessionNeeded = seed % 2 == 0
            form.isFullWidth = seed % 3 == 0
            form.namesWrongParents = seed % 5 == 0
            if seed % 7 == 0 { form.category = nil }
            let text = PageText.page(request, response, form)
            let imported = try ImportedPage(text)
            let entry = try Entry.read(page: CatalogFile(name: "page.yaml", text: imported.yaml))
            try #require(!imported.isPartial, "seed \(seed)")
            try #require(entry.request.map(MadeField.init) == request, "seed \(seed)")
            try #require(entry.response.map(MadeField.init) == response, "seed \(seed)")
            try #require(entry.session == (form.isSessionNeeded ? .required : .none))
            try #require(entry.category == form.category ?? "")
            try #require(entry.title == form.title)
            try #require(entry.responseRoot == "made_up_get_response")
        }
    }
}

extension MadeField {
    init(_ field: Field) {
        name = field.name
        type = field.type.text
        isRequired = field.isRequired
        example = field.example
        description = field.description
        defaultText = field.defaultText
        maximumLength = field.maximumLength
        maximumItems = field.maximumItems
        children = field.children.map(MadeField.init)
        isObject = field.type.kind == .object
    }
}

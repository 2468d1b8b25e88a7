import JSON
import Problems
import Testing

@testable import Catalog
@testable import Service

private let carProfiles = "tmall.aliauto.carprofile.sync"
private let cardSales = "alibaba.alsc.crm.card.batch.sell"
private let catalog = Result { try Catalog.embedded() }

@Suite("OpenAPI")
struct OpenAPITests {
    private let root: JSONValue

    init() throws {
        let problems: [ProblemType] = [.notFound, .overloaded, .draining]
        root = try JSONDocument(OpenAPI.document(catalog.get(), problems: problems, outcomes: ["success"])).root
    }

    private func schema(_ name: String) throws -> JSONValue { try #require(root["components"]?["schemas"]?[name]) }

    @Test("Both paths of each method are there, and every reference has its target")
    func bothPathsOfEachMethod() throws {
        #expect(root["openapi"]?.string == "3.1.0")
        let paths = try #require(root["paths"])
        for entry in try catalog.get().entries {
            #expect(paths["/v1/top/\(entry.method)"]?["post"] != nil)
            #expect(entry.path.map { paths[$0]?["post"] != nil } ?? true)
        }
        var count = 0
        try follow(root) { target in
            count += 1
            var place: JSONValue? = root
            for name in target.split(separator: "/").dropFirst() { place = place?[String(name)] }
            #expect(place != nil, "\(target)")
        }
        #expect(count > 100)
    }

    private func follow(_ value: JSONValue, _ visit: (String) throws -> Void) throws {
        if let target = value["$ref"]?.string { try visit(target) }
        for member in value.members { try follow(member.value, visit) }
        for element in value.elements { try follow(element, visit) }
    }

    @Test("A method with files is described as JSON and as a form with a part for each file")
    func methodWithFilesIsDescribed() throws {
        let page = """
            method: taobao.test.upload
            session: none
            request:
              - {name: title, type: String, required: true, example: 't'}
              - {name: image, type: 'byte[]', required: true, example: '/tmp/a.png', description: '图片'}
              - {name: extra, type: 'byte[]', required: false}
            response_root: r
            """
        let catalog = try Catalog(files: [CatalogFile(name: "taobao.test.upload.yaml", text: page)])
        let root = try JSONDocument(OpenAPI.document(catalog)).root
        let content = root["paths"]?["/v1/top/taobao.test.upload"]?["post"]?["requestBody"]?["content"]
        #expect(content?.members.map(\.name) == ["application/json", "multipart/form-data"])
        let example = content?["application/json"]?["examples"]?["page"]?["value"]
        #expect(example?["image"]?.string == "dGV4dA==", "the page's example is no base64")
        let form = content?["multipart/form-data"]
        #expect(form?["encoding"]?.members.map(\.name) == ["json", "image", "extra"])
        let schema = try #require(root["components"]?["schemas"]?["taobao.test.upload.form"])
        #expect(form?["schema"]?["$ref"]?.string == "#/components/schemas/taobao.test.upload.form")
        #expect(schema["required"]?.elements.compactMap(\.string) == ["json", "image"])
        #expect(schema["properties"]?["json"]?["properties"]?.members.map(\.name) == ["title"])
        #expect(schema["properties"]?["image"]?["contentMediaType"]?.string == "application/octet-stream")
        #expect(schema["properties"]?["image"]?["description"]?.string == "图片")
        let entry = try #require(catalog.entries.first)
        #expect(String(decoding: entry.exampleRequest(withFiles: false), as: UTF8.self) == #"{"title":"t"}"#)
    }

    @Test("A request's schema has the page's types, words, limits and requirements")
    func requestSchemaHasPage() throws {
        let profile = try schema(carProfiles)
        #expect(profile["required"]?.elements.compactMap(\.string) == ["list", "channel_id", "channel_type", "phone"])
        #expect(profile["additionalProperties"]?.bool == false)
        // An object, or a list of exactly one.
        let forms = try #require(profile["properties"]?["list"]?["anyOf"]).elements.map { $0 }
        #expect(forms.map { $0["type"]?.string } == ["object", "array"])
        let type = try #require(forms[0]["properties"]?["operate_type"])
        let values = type["anyOf"]?.elements.first { _ in true }?["enum"]
        #expect(values?.elements.compactMap(\.scalarText) == ["1", "1", "2", "2", "3", "3"])
        #expect(forms[0]["properties"]?["acid"]?["x-top-type"]?.string == "Number")
        // A request id may come from the header instead.
        let sale = try schema(cardSales)["properties"]?["param_batch_open_card_open_req"]?["anyOf"]
        let members = sale?.elements.first { _ in true }?["required"]?.elements.compactMap(\.string)
        #expect(members == ["physical_card_ids", "operator_id"])
    }

    @Test("A time's pattern takes what the mapping takes")
    func timePatternTakesWhatMapping() throws {
        let fields = try #require(schema(carProfiles)["properties"]?["list"]?["anyOf"]?.elements.first { _ in true })
        let pattern = try Regex(#require(fields["properties"]?["gmt_create"]?["pattern"]?.string))
        for text in [
            "2010-01-01 00:00:00", "2010-01-01T00:00:00", "2010-01-01T00:00", "2010-01-01 00:00", "2010-01-01T00:00+08",
            "2010-01-01T00:00:00+0800", "2010-01-01T00:00Z", "2010-01-01T00:00+08:00", "2010-01-01T00:00+8",
            "2010-01-01",
            "2010-01-01T00", "2010-01-01 00:00:00+08", "2010-01-01T00:00+08:0", "2010-01-01T00:00.5",
        ] {
            var isTaken = false
            if case .success = DateForm.dashed.read(text) { isTaken = true }
            #expect((text.wholeMatch(of: pattern) != nil) == isTaken, "\(text)")
        }
    }

    @Test("An answer's schema has plain lists, and problems share a response for each status")
    func answerSchemaHasPlain() throws {
        let data = try schema("\(carProfiles).answer")["properties"]?["result"]?["properties"]?["data"]
        #expect(data?["properties"]?["id_mapping"]?["type"]?.string == "array")
        let responses = try #require(root["components"]?["responses"])
        #expect(responses.members.map(\.name) == ["Problem404", "Problem503"])
        let content = responses["Problem503"]?["content"]?["application/problem+json"]
        #expect(content?["examples"]?.members.map(\.name) == ["overloaded", "draining"])
        let types = try schema("Problem")["properties"]?["type"]?["enum"]
        #expect(
            types?.elements.compactMap(\.string) == [
                "/problems/not-found", "/problems/overloaded", "/problems/draining",
            ])
    }
}

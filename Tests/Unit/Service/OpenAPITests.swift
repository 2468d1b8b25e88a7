import JSON
import Problems
import Testing

@testable import Catalog
@testable import Service

private let carProfiles = "tmall.aliauto.carprofile.sync"
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
        let schema = try #require(root["components"]?["schemas"]?["TaobaoTestUploadForm"])
        #expect(form?["schema"]?["$ref"]?.string == "#/components/schemas/TaobaoTestUploadForm")
        #expect(schema["required"]?.elements.compactMap(\.string) == ["json", "image"])
        #expect(schema["properties"]?["json"]?["$ref"]?.string == "#/components/schemas/TaobaoTestUploadFormParameters")
        let parameters = root["components"]?["schemas"]?["TaobaoTestUploadFormParameters"]
        #expect(parameters?["properties"]?.members.map(\.name) == ["title"])
        #expect(schema["properties"]?["image"]?["contentMediaType"]?.string == "application/octet-stream")
        #expect(schema["properties"]?["image"]?["description"]?.string == "图片")
        let entry = try #require(catalog.entries.first)
        #expect(String(decoding: entry.exampleRequest(withFiles: false), as: UTF8.self) == #"{"title":"t"}"#)
    }

    @Test("A request's schema has the page's types, words, limits and requirements")
    func requestSchemaHasPage() throws {
        let profile = try schema("TmallAliautoCarprofileSyncRequest")
        #expect(profile["required"]?.elements.compactMap(\.string) == ["list", "channel_id", "channel_type", "phone"])
        #expect(profile["additionalProperties"]?.bool == false)
        #expect(profile["properties"]?["data_source"]?["default"]?.string == "XKZ")
        let list = "TmallAliautoCarprofileSyncRequestList"
        #expect(profile["properties"]?["list"]?["$ref"]?.string == "#/components/schemas/\(list)")
        let fields = try #require(schema(list)["properties"])
        #expect(fields["acid"]?["type"]?.string == "integer" && fields["acid"]?["format"]?.string == "int64")
        #expect(fields["acid"]?["x-top-type"]?.string == "Number")
        #expect(fields["operate_type"]?["$ref"]?.string == "#/components/schemas/\(list)OperateType")
        let values = try schema("\(list)OperateType")
        #expect(values["type"]?.string == "integer")
        #expect(values["enum"]?.elements.compactMap(\.lexeme) == ["1", "2", "3"])
        #expect(values["x-enum-varnames"]?.elements.compactMap(\.string) == ["VALUE_1", "VALUE_2", "VALUE_3"])
        #expect(values["x-enum-descriptions"]?.elements.compactMap(\.string) == ["新增", "更新", "删除"])
        #expect(values["description"]?.string == "操作类型。1-新增,2-更新,3-删除")
        // A request id may come from the header instead.
        let sale = try schema("AlibabaAlscCrmCardBatchSellRequestParamBatchOpenCardOpenReq")
        #expect(sale["required"]?.elements.compactMap(\.string) == ["physical_card_ids", "operator_id"])
    }

    @Test("Operations have names and groups of ASCII letters; the page's category stands beside them")
    func operationsHaveNames() throws {
        let own = try #require(root["paths"]?["/v1/aliauto/car-profiles"]?["post"])
        #expect(own["operationId"]?.string == "aliautoCarProfiles")
        #expect(own["tags"]?.elements.compactMap(\.string) == ["tmall"])
        #expect(own["x-top-category"]?.string == "天猫汽车")
        #expect(own["x-top-method"]?.string == carProfiles)
        let general = root["paths"]?["/v1/top/\(carProfiles)"]?["post"]
        #expect(general?["operationId"]?.string == "tmallAliautoCarprofileSync")
        let tags = try #require(root["tags"]).elements.map { $0 }
        #expect(
            tags.compactMap { $0["name"]?.string } == [
                "alibaba", "alitrip", "taobao", "tmall", "calls", "audit", "admin", "operation",
            ])
        #expect(tags[3]["description"]?.string == "Methods `tmall.*`: 天猫汽车, 服务平台API.")
        let headers = own["parameters"]?.elements.compactMap { $0["$ref"]?.string?.split(separator: "/").last }
        #expect(headers == ["App", "Seller", "Ref", "IdempotencyKey", "DryRun", "Timeout", "RequestID", "TraceParent"])
    }

    @Test("A time's pattern takes what the mapping takes")
    func timePatternTakesWhatMapping() throws {
        let fields = try #require(schema("TmallAliautoCarprofileSyncRequestList")["properties"])
        let pattern = try Regex(#require(fields["gmt_create"]?["pattern"]?.string))
        for text in [
            "2010-01-01 00:00:00", "2010-01-01T00:00:00", "2010-01-01T00:00", "2010-01-01 00:00", "2010-01-01T00:00+08",
            "2010-01-01T00:00:00+0800", "2010-01-01T00:00Z", "2010-01-01T00:00+08:00", "2010-01-01T00:00+8",
            "2010-01-01",
            "0000-01-01 00:00:00", "0001-01-01 00:00:00", "0010-01-01 00:00:00", "0100-01-01 00:00:00",
            "2010-01-01T00", "2010-01-01 00:00:00+08", "2010-01-01T00:00+08:0", "2010-01-01T00:00.5",
        ] {
            var isTaken = false
            if case .success = DateForm.dashed.read(text) { isTaken = true }
            #expect((text.wholeMatch(of: pattern) != nil) == isTaken, "\(text)")
        }
    }

    @Test("An answer's schema has plain lists, and problems share a response for each status")
    func answerSchemaHasPlain() throws {
        let answer = try schema("TmallAliautoCarprofileSyncAnswer")["properties"]
        #expect(answer?["result"]?["$ref"]?.string == "#/components/schemas/TmallAliautoCarprofileSyncResult")
        #expect(answer?["judged"]?["type"]?.string == "boolean")
        let data = try schema("TmallAliautoCarprofileSyncResult")["properties"]?["data"]?["anyOf"]?.elements.map { $0 }
        #expect(data?.first?["$ref"]?.string == "#/components/schemas/TmallAliautoCarprofileSyncResultData")
        #expect(data?.last?["type"]?.string == "null")
        let mapping = try schema("TmallAliautoCarprofileSyncResultData")["properties"]?["id_mapping"]
        #expect(mapping?["type"]?.string == "array")
        let item = try schema("TmallAliautoCarprofileSyncResultDataIdMapping")["properties"]
        #expect(item?["car_profile_id"]?["type"]?.string == "integer")
        let responses = try #require(root["components"]?["responses"])
        #expect(responses.members.map(\.name) == ["Problem404", "Problem503"])
        let content = responses["Problem503"]?["content"]?["application/problem+json"]
        #expect(content?["examples"]?.members.map(\.name) == ["overloaded", "draining"])
        #expect(try schema("Problem")["properties"]?["type"]?["$ref"]?.string == "#/components/schemas/ProblemType")
        let types = try schema("ProblemType")["enum"]
        #expect(
            types?.elements.compactMap(\.string) == [
                "/problems/not-found", "/problems/overloaded", "/problems/draining",
            ])
    }
}

import Foundation
import JSON
import TestSupport
import Testing

@testable import Catalog
@testable import CatalogImport
@testable import Service

@Suite("The OpenAPI document is made for generators")
struct OpenAPIRuleTests {
    private func faults(_ catalog: Catalog) throws -> [String] {
        try OpenAPIRules(JSONDocument(OpenAPI.document(catalog)).root).faults
    }

    @Test("The embedded methods follow all rules")
    func embeddedMethods() throws {
        #expect(try faults(Catalog.embedded()) == [])
    }

    @Test("So does every page that the importer is tested with")
    func importedPages() throws {
        let folder = URL(filePath: Repository.fixtures + "/pages")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
            .map { String($0.dropLast(5)) }
        #expect(names.count >= 30)
        let files = try names.sorted().map { name in
            let page = try ImportedPage(bytes: Array(Data(contentsOf: folder.appending(path: "\(name).txt"))))
            return CatalogFile(name: "\(name).yaml", text: page.yaml)
        }
        #expect(try faults(Catalog(files: files)) == [])
    }

    private static func page(_ method: String, _ request: String = "[]", response: String = "[]") -> CatalogFile {
        CatalogFile(
            name: "\(method).yaml",
            text: "method: \(method)\nsession: none\nrequest: \(request)\nresponse: \(response)\nresponse_root: r\n")
    }

    @Test("Names that come out equal get numbers, and long ones are cut")
    func equalNames() throws {
        let deep = (1...12).reversed().reduce("{name: last, type: String, required: true}") { inner, number in
            "{name: some_quite_long_name_\(number), type: T, required: true, children: [\(inner)]}"
        }
        let parts = """
            [{name: b_c, type: T, required: true, children: [{name: d, required: true, type: Number}]}, \
            {name: b, type: T, required: true, children: [{name: c, type: T, required: true, children: [\
            {name: d, required: true, type: String}]}]}, \
            {name: 名, type: T, required: true, children: [{name: 字, required: true, type: String}]}]
            """
        let catalog = try Catalog(files: [
            Self.page("a.b-c.d", parts, response: parts.replacing("required: true, ", with: "")),
            Self.page("a.b.c.d"), Self.page("a.B.c-d"), Self.page("a.b.c.d.request"), Self.page("1688.open.get"),
            Self.page("own.call"), Self.page("a.deep", "[\(deep)]"),
            Self.page("a." + String(repeating: "m", count: 126), "[\(deep)]"),
        ])
        #expect(try faults(catalog) == [])
        let root = try JSONDocument(OpenAPI.document(catalog)).root
        let names = root["components"]?["schemas"]?.members.map(\.name) ?? []
        for name in ["ABCDRequest", "ABCDRequest2", "ABCDRequest3", "Top1688OpenGetRequest", "ADeepRequestLast"] {
            #expect(names.contains(name) == (name != "ADeepRequestLast"), "\(name)")
        }
        #expect(root["paths"]?["/v1/top/own.call"]?["post"]?["operationId"]?.string == "ownCall2")
        #expect(root["paths"]?["/v1/top/1688.open.get"]?["post"]?["operationId"]?.string == "top1688OpenGet")
    }

    @Test(
        "A field has one type, the one that keeps its digits",
        arguments: [
            ("type: Number", "integer"), ("type: Number, example: '1.5'", "number"), ("type: Price", "string"),
            ("type: Number, max_value: '0.5'", "number"), ("type: BigDecimal, example: '1.5'", "string"),
            ("type: Boolean, default: 'true'", "boolean"), ("type: 'Number []', example: '1,2.5'", "array"),
            ("type: Number, default: '7'", "integer"), ("type: String, default: '7'", "string"),
            ("type: 'byte[]'", "string"), ("type: Map", "object"), ("type: T", "object"), ("type: Date", "string"),
            ("type: Number, default: many", "integer"), ("type: Boolean, values: {'true': yes}", "boolean"),
        ])
    func oneType(field: String, type: String) throws {
        let catalog = try Catalog(files: [Self.page("a.b", "[{name: f, \(field), required: false}]")])
        #expect(try faults(catalog) == [])
        let root = try JSONDocument(OpenAPI.document(catalog)).root
        let schema = root["components"]?["schemas"]?["ABRequest"]?["properties"]?["f"]
        #expect(schema?["type"]?.string == type)
    }

    @Test(
        "Enumerations have values of one type and a name for each",
        arguments: [
            ("type: Number, values: {'1': 一, '2': ''}", "integer", "VALUE_1 VALUE_2"),
            ("type: Number, values: {'1': 一, '1.5': ''}", "string", "VALUE_1 VALUE_1_5"),
            ("type: String, values: {a: x, A: y, b-c: '', 中: ''}, default: A", "string", "A A2 B_C VALUE_"),
            ("type: 'String []', values: {a: x, b: y}", "string", "A B"),
        ])
    func enumerationNames(field: String, type: String, names: String) throws {
        let catalog = try Catalog(files: [Self.page("a.b", "[{name: f, \(field), required: false}]")])
        #expect(try faults(catalog) == [])
        let schema = try JSONDocument(OpenAPI.document(catalog)).root["components"]?["schemas"]?["ABRequestF"]
        #expect(schema?["type"]?.string == type)
        #expect(schema?["x-enum-varnames"]?.elements.compactMap(\.string).joined(separator: " ") == names)
    }

    @Test(
        "The rules find what generators stop at",
        arguments: [
            (#"{"type": "boolean", "const": true}"#, "`const`"), (#"{"type": ["number", "string"]}"#, "several types"),
            (#"{"enum": ["a"], "type": "string"}"#, "an enumeration that is not a component"),
            (#"{"anyOf": [{"type": "string"}, {"type": "null"}]}"#, "alternatives"),
            (#"{"description": "x"}"#, "no type"),
            (#"{"type": "integer", "default": "1"}"#, "a default of another type"),
            (#"{"type": "object", "properties": {"a": {"type": "string"}}}"#, "an object that is not a component"),
            (#"{"type": "array", "items": {"type": "integer"}}"#, ""),
            (#"{"type": "string", "pattern": "(?!a)"}"#, "look-around"),
            (##"{"$ref": "#/components/schemas/None"}"##, "does not exist"),
            (#"{"type": "array", "items": {"enum": [1, "1"], "type": "string"}}"#, "values of another type"),
        ])
    func rulesFindFaults(schema: String, fault: String) throws {
        let document = """
            {"tags": [], "paths": {}, "components": {"schemas": {
            "A": {"type": "object", "properties": {"f": \(schema)}}}}}
            """
        let faults = try OpenAPIRules(JSONDocument(document).root).faults
        #expect(fault.isEmpty ? faults.isEmpty : faults.contains { $0.contains(fault) }, "\(faults)")
    }

    @Test("The rules find names and operations that generators stop at")
    func rulesFindNames() throws {
        let faults = try OpenAPIRules(
            JSONDocument(
                """
                {"tags": [{"name": "汽车"}], "paths": {
                "/a": {"post": {"operationId": "a.b", "tags": ["汽车"]}},
                "/b": {"post": {"operationId": "ab", "tags": ["x"]}},
                "/c": {"get": {"operationId": "aB", "tags": ["汽车"], "parameters": [
                  {"name": "p", "schema": {"anyOf": [{"type": "integer"}, {"const": ""}]}}]}}},
                "components": {"schemas": {"a.b": {"type": "string"}, "X": {"type": "string"}, "x": {"type": "string"},
                "E": {"type": "string", "enum": ["a", "b"], "x-enum-varnames": ["A"]}}}}
                """
            ).root
        ).faults
        #expect(
            faults == [
                "schemas/a.b: the name is not plain", "schemas/x: the name is there twice", "tags: 汽车 is not plain",
                "post /a: operationId a.b", "post /b: no declared tag", "get /c: operationId aB is there twice",
                "get /c p: alternatives", "schemas/E: 1 names of 2 values",
            ])
    }
}

import Foundation
import TestSupport
import Testing

@testable import Catalog

@Suite("Loading a catalog")
struct LoadingTests {
    private let page = """
        method: taobao.test.do
        title: Test
        category: Tests
        session: required
        request:
          - {name: name, type: String, required: true}
          - name: box
            type: BoxDTO
            required: false
            children:
              - {name: from, type: Date, required: false}
              - {name: to, type: Date, required: false}
              - {name: sizes, type: 'Number []', required: false}
        response:
          - {name: done, type: Boolean}
        """

    private func faults(_ page: String, _ overlay: String? = nil) -> [String] {
        var files = [CatalogFile(name: "x/taobao.test.do.yaml", text: page)]
        if let overlay { files.append(CatalogFile(name: "x/taobao.test.do.overlay.yaml", text: overlay)) }
        return faults(files)
    }

    private func faults(_ files: [CatalogFile]) -> [String] {
        do {
            _ = try Catalog(files: files)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    @Test("No parameter of an entry has a name of TOP's own parameters, nor an alias")
    func reservedNames() {
        let expected = "is reserved for TOP's own parameters"
        let named = faults(page.replacing("{name: name, type", with: "{name: session, type"))
        #expect(named.count == 1 && named.allSatisfy { $0.contains("\"session\" \(expected)") }, "\(named)")
        let aliased = faults(page, "method: taobao.test.do\nrequest:\n  name: {aliases: [sign]}")
        #expect(aliased.count == 1 && aliased.allSatisfy { $0.contains("\"sign\" \(expected)") }, "\(aliased)")
    }

    @Test("The embedded catalog has the five methods, by name and by path")
    func embeddedCatalogHasFive() throws {
        let catalog = try Catalog.embedded()
        #expect(
            catalog.entries.map(\.method) == [
                cardSales, vehicleModels, addressAbilities, carProfiles, zeroDownPayments,
            ])
        #expect(catalog.entry(method: carProfiles)?.method == carProfiles)
        #expect(catalog.entry(path: "/v1/crm/card-sales")?.method == cardSales)
        #expect(catalog.entry(method: "taobao.none") == nil)
        #expect(catalog.entry(path: "/v1/none") == nil)
        #expect(catalog.entries.allSatisfy { !$0.reads })
    }

    @Test("Every file in the folder is embedded, byte for byte, and none else")
    func embeddedBytes() throws {
        let folder = URL(filePath: Repository.root + "/Sources/C/CResources/catalog")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
            .sorted()
        let files = CatalogFile.embedded
        #expect(files.map(\.name).sorted() == names)
        for file in files {
            let data = try Data(contentsOf: folder.appendingPathComponent(file.name))
            #expect(Array(file.text.utf8) == Array(data))
        }
    }

    @Test("A page alone is an entry; its answer's root follows from its name")
    func pageAlone() throws {
        let catalog = try Catalog(files: [CatalogFile(name: "taobao.test.do.yaml", text: page)])
        let entry = try #require(catalog.entry(method: "taobao.test.do"))
        #expect(entry.path == nil)
        #expect(entry.responseRoot == "test_do_response")
        #expect(entry.session == .required)
    }

    @Test("Unknown names in a page are faults, with file, line and the nearest name")
    func unknownNames() {
        #expect(
            faults(page.replacing("category:", with: "catgory:")) == [
                #"x/taobao.test.do.yaml:3: a page has no "catgory"; did you mean "category"?"#
            ])
        #expect(
            faults(page.replacing("type: Boolean", with: "typ: Boolean")) == [
                #"x/taobao.test.do.yaml:15: a parameter has no "typ"; did you mean "type"?"#,
                #"x/taobao.test.do.yaml:15: the parameter "done" must have a "type""#,
            ])
    }

    @Test("All faults of all files are reported at once")
    func allFaults() {
        let page = page.replacing("required: true}", with: "required: yes}").replacing(
            "session: required", with: "session: no")
        let overlay = """
            method: taobao.test.do
            path: /v2/test
            request:
              name: {sensitive: passport, key: }
            """
        #expect(
            faults(page, overlay) == [
                "x/taobao.test.do.yaml:4: session must be one of required, optional, none",
                "x/taobao.test.do.yaml:6: required must be true or false",
                "x/taobao.test.do.overlay.yaml:2: path must start with /v1/ but not /v1/top/, and use only "
                    + "a-z, 0-9, - and /",
                "x/taobao.test.do.overlay.yaml:4: sensitive must be one of phone, plate, vin, engine, identity, card, "
                    + "identifier, name, address, secret",
                "x/taobao.test.do.overlay.yaml:4: key has no value; leave it out, or write ''",
            ])
    }

    @Test(
        "What a page must have",
        arguments: [
            ("method: taobao.test.do", "method: nodots", #":1: "nodots" is not a valid method name"#),
            ("method: taobao.test.do", "method: taobao..do", #":1: "taobao..do" is not a valid method name"#),
            (
                "method: taobao.test.do", "method: taobao.other",
                #": it is named "taobao.test.do" but describes "taobao.other""#
            ),
            ("session: required\n", "", #":1: a page must have a "session": required, optional or none"#),
            (", required: true}", "}", #":5: the parameter "name" must have "required": true or false"#),
            ("type: Boolean}", "type: Boolean, required: true}", #":15: "required" is not allowed in a response"#),
            (
                "name: name, type: String", "name: name, type: String, max_length: 0",
                ":6: max_length must be a whole number above 0"
            ),
            (
                "name: name, type: String", "name: name, type: String, max_value: 1e3",
                ":6: max_value must be a number without an exponent"
            ),
            ("name: to,", "name: from,", #":12: the parameter "from" is described twice"#),
            ("type: BoxDTO", "type: Number", ":11: a Number cannot have children"),
            ("title: Test", "title: [Test]", ":2: title must be a text"),
            ("title: Test", "title: ", ":2: title has no value; leave it out, or write ''"),
        ])
    func pageFaults(old: String, new: String, fault: String) {
        let line = faults(page.replacing(old, with: new))
        #expect(line.count == 1)
        #expect(line.first?.contains(fault.drop { $0 != " " }) == true)
    }

    @Test("What is no YAML is refused with its line")
    func noYAML() {
        let broken = faults(page + "\n  x: [")
        #expect(broken.count == 1)
        #expect(broken[0].hasPrefix("x/taobao.test.do.yaml:"))
        #expect(broken[0].contains(": not valid YAML: "))
        #expect(faults("") == ["x/taobao.test.do.yaml: the file is empty"])
        #expect(faults("- 1") == ["x/taobao.test.do.yaml:1: a page must be a mapping"])
        #expect(faults(page + "\ntitle: again").count == 1)
        #expect(
            faults(page + "\n# " + String(repeating: "x", count: 1 << 20)) == [
                "x/taobao.test.do.yaml: the file is longer than 1048576 bytes"
            ])
    }

    @Test("YAML that repeats itself without end is refused")
    func yamlThatRepeatsItself() {
        var text = "method: taobao.test.do\nsession: none\nrequest:\n  - &a {name: a, type: A, required: true}\n"
        for level in 0..<20 {
            let name = "\(UnicodeScalar(UInt8(98 + level)))"
            let last = "\(UnicodeScalar(UInt8(97 + level)))"
            text += "  - &\(name) {name: \(name), type: A, required: true, children: [*\(last), *\(last), *\(last)]}\n"
        }
        #expect(!faults(text).isEmpty)
    }

    @Test(
        "What an overlay cannot say",
        arguments: [
            ("request: {nme: {key: n}}", #"the page has no parameter "nme""#),
            ("request: {box.depth: {key: n}}", #"the page has no parameter "box.depth""#),
            ("response: {done: {required: true}}", #""done" has no "required""#),
            ("response: {gone: {key: n}}", #"the page has no parameter "gone""#),
            (
                "request: {box: {sensitive: phone}}",
                "values, sensitive and key apply only to texts, numbers, flags and dates"
            ),
            ("request: {name: {wire: list}}", "wire applies only to an object that is not a list"),
            ("request: {box.sizes: {date: yyyy-MM-dd}}", "this date form applies only to a String or a Date"),
            ("request: {box.from: {date: milliseconds}}", "milliseconds apply only to a Number or a String"),
            (
                "request: {box: {json: {type: A, children: [{name: a, type: String, required: true}]}}}",
                "json applies only to a String"
            ),
            ("request: {name: {json: {type: A}}}", #"json must have "children""#),
            (
                "request: {name: {json: {type: String, children: []}}}",
                "json must be of an object's type or a list of it"
            ),
            ("request: {name: {values: [a]}}", "values must be a mapping"),
            ("page_rules: perhaps", "page_rules must be true or false"),
            ("request: {name: {values: {a: x}, value_aliases: {b: c}}}", #""c" is not one of the values"#),
            ("request: {name..x: {key: a}}", #""name..x" is not a path of names separated by dots"#),
            ("idempotency: box", "idempotency must name a String outside lists"),
            ("idempotency: box.sizes", "idempotency must name a String outside lists"),
            ("idempotency: none", "idempotency does not name a parameter of the page"),
            ("rules: [{one_of: [name]}]", "one_of must name at least two parameters"),
            ("rules: [{one_of: [name, box.from]}]", "a rule's parameters must be in one object"),
            ("rules: [{one_of: [name, nme]}]", #"the page has no parameter "nme""#),
            ("rules: [{order: [box.from]}]", "order must name two parameters, the earlier one first"),
            ("rules: [{order: [box.from, box.sizes]}]", #""box.sizes" has no date form"#),
            ("rules: [{when: {field: name, is: a}}]", "a rule is one of: one_of; order; when with require"),
            ("rules: [{when: {field: name}, require: [box]}]", #"when must have a "is""#),
            ("rules: [{}]", "a rule is one of: one_of; order; when with require"),
            ("outcome: {success: [{field: gone, is: 'true'}]}", #"the page's response has no "gone""#),
            ("outcome: {success: [{field: done}]}", "a flag has the form field: …, is: … (or in: […])"),
            ("outcome: {code: gone}", #"the page's response has no "gone""#),
            ("outcome: {complete: [{sent: name, found: gone}]}", #"the page's response has no "gone""#),
            ("outcome: {complete: [{sent: gone, found: done}]}", #"the page has no parameter "gone""#),
            ("outcome: {complete: [{sent: name}]}", "a completion has the form sent: …, found: …; or field: …, is: …"),
            ("reads: maybe", "reads must be true or false"),
            ("session: never", "session must be one of required, optional, none"),
            ("pth: /v1/x", #"an overlay has no "pth"; did you mean "path"?"#),
            ("path: /v1/top/x", "path must start with /v1/"), ("path: /v1/X", "path must start with /v1/"),
        ])
    func overlayFaults(line: String, fault: String) {
        let faults = faults(page, "method: taobao.test.do\n\(line)\n")
        #expect(faults.contains { $0.hasPrefix("x/taobao.test.do.overlay.yaml") && $0.contains(fault) }, "\(faults)")
    }

    @Test("Files that do not belong together are refused")
    func filesThatDoNotBelong() {
        let page = CatalogFile(name: "taobao.test.do.yaml", text: page)
        let overlay = CatalogFile(name: "taobao.other.overlay.yaml", text: "method: taobao.other")
        #expect(
            faults([page, overlay]) == [
                "taobao.other.overlay.yaml: its page taobao.other.yaml is missing"
            ])
        #expect(
            faults([page, page]) == [
                "taobao.test.do.yaml: two files have this name"
            ])
        #expect(
            faults([page, CatalogFile(name: "README.md", text: "")]) == [
                "README.md: a catalog file is named METHOD.yaml or METHOD.overlay.yaml"
            ])
        let wrong = CatalogFile(name: "taobao.test.do.overlay.yaml", text: "method: taobao.other")
        #expect(
            faults([page, wrong]) == [
                #"taobao.test.do.overlay.yaml:1: the overlay is for "taobao.other", but the page describes "taobao.test.do""#
            ])
    }

    @Test("Two methods cannot have one path")
    func twoMethodsCannotHaveOnePath() {
        let files = ["taobao.test.do", "taobao.test.ex"].flatMap { method in
            [
                CatalogFile(name: "\(method).yaml", text: page.replacing("taobao.test.do", with: method)),
                CatalogFile(name: "\(method).overlay.yaml", text: "method: \(method)\npath: /v1/same"),
            ]
        }
        #expect(faults(files) == ["taobao.test.ex.overlay.yaml: the path /v1/same already belongs to taobao.test.do"])
    }

    @Test("A folder's pages add to the embedded ones or take their place, and its overlays change the embedded ones")
    func folderFilesAddToEmbedded() throws {
        let overlay = CatalogFile(
            name: "catalog/\(carProfiles).overlay.yaml", text: "method: \(carProfiles)\nreads: true")
        let added = CatalogFile(name: "catalog/taobao.test.do.yaml", text: page)
        let catalog = try Catalog.embedded(with: [overlay, added])
        #expect(catalog.entries.count == 6)
        #expect(catalog.entry(method: carProfiles)?.reads == true)
        #expect(catalog.entry(method: carProfiles)?.path == "/v1/aliauto/car-profiles")
        #expect(catalog.entry(method: carProfiles)?.request.count == 5)
    }

    @Test("Files are checked without being loaded, an overlay against the embedded page")
    func filesAreCheckedUnloaded() throws {
        #expect(Catalog.check([]).isEmpty)
        let text = try #require(CatalogFile.embedded.first { $0.name == "\(carProfiles).overlay.yaml" }).text
        let good = CatalogFile(name: "a/\(carProfiles).overlay.yaml", text: text)
        #expect(Catalog.check([good]).isEmpty)
        let bad = CatalogFile(name: good.name, text: text.replacing("list.car_vin", with: "list.vin"))
        #expect(
            Catalog.check([bad]).map(\.description) == [
                #"a/\#(carProfiles).overlay.yaml:8: the page has no parameter "list.vin""#
            ])
    }

    @Test("Files of any name are checked, and an overlay without a page is a fault")
    func checkAnyName() {
        let draft = CatalogFile(name: "/tmp/draft.yaml", text: page)
        let overlay = CatalogFile(name: "draft.overlay.yaml", text: "method: taobao.test.do\nrequest: {nme: {key: a}}")
        #expect(Catalog.check([draft]).isEmpty)
        #expect(
            Catalog.check([draft, overlay]).map(\.description) == [
                #"draft.overlay.yaml:2: the page has no parameter "nme""#
            ])
        #expect(
            Catalog.check([overlay]).map(\.description) == [
                "draft.overlay.yaml: its page draft.yaml is missing"
            ])
    }

    @Test("An overlay may allow a larger body, from the service's own limit up to 32 MiB")
    func bodyLimit() throws {
        let draft = CatalogFile(name: "draft.yaml", text: page)
        func overlay(_ bytes: String) -> CatalogFile {
            CatalogFile(name: "draft.overlay.yaml", text: "method: taobao.test.do\nmax_body_bytes: \(bytes)")
        }
        #expect(try Entry.read(page: draft).maximumBodyBytes == nil)
        #expect(try Entry.read(page: draft, overlay: overlay("8388608")).maximumBodyBytes == 8 << 20)
        for wrong in ["1048575", "33554433", "much"] {
            #expect(
                Catalog.check([draft, overlay(wrong)]).map(\.description) == [
                    "draft.overlay.yaml:2: max_body_bytes must be a whole number from 1048576 to 33554432"
                ])
        }
    }

    @Test("One file is read whatever its name")
    func oneFile() throws {
        let entry = try Entry.read(page: CatalogFile(name: "draft.yaml", text: page))
        #expect(entry.method == "taobao.test.do")
        #expect(throws: CatalogError.self) { try Entry.read(page: CatalogFile(name: "draft.yaml", text: "x: 1")) }
    }

    @Test("A thousand entries load")
    func thousandEntriesLoad() throws {
        let files = (0..<1000).map { number in
            CatalogFile(name: "taobao.test.n\(number).yaml", text: page.replacing("test.do", with: "test.n\(number)"))
        }
        let catalog = try Catalog(files: files)
        #expect(catalog.entries.count == 1000)
        #expect(catalog.entry(method: "taobao.test.n999") != nil)
    }
}

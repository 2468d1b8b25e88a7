import JSON
import TOP
import Testing

@testable import Catalog

/// Files that come beside the JSON, as parts of a multipart body.
@Suite("File parts")
struct FilePartTests {
    private static let page = """
        method: taobao.test.upload
        session: none
        request:
          - {name: title, type: String, required: true}
          - {name: main_image, type: 'byte[]', required: true}
          - {name: extra, type: 'byte[]', required: false}
          - {name: extras, type: 'byte[] []', required: false}
          - name: detail
            type: DetailDTO
            required: false
            children: [{name: scan, type: 'byte[]', required: false}]
        response_root: test_response
        """

    private func entry(overlay: String? = nil) throws -> Entry {
        try Entry.read(
            page: CatalogFile(name: "p.yaml", text: Self.page),
            overlay: overlay.map { CatalogFile(name: "o.yaml", text: "method: taobao.test.upload\n" + $0) })
    }

    private func file(_ name: String, _ text: String = "bytes", filename: String? = nil) -> FilePart {
        FilePart(name: name, bytes: Array(text.utf8)[...], filename: filename, contentType: "image/png")
    }

    private func faults(_ json: String, _ files: [FilePart], overlay: String? = nil) throws -> [String] {
        switch try entry(overlay: overlay).map(document(json), files: files) {
        case .mapped(let call):
            Issue.record("mapped: \(call.parameters) \(call.files)")
            return []
        case .refused(let faults): return faults.map { "\($0.pointer): \($0.detail)" }
        }
    }

    @Test("Go out under their documented names, in documented order, with filename and type, beside base64 ones")
    func goOutUnderTheirDocumented() throws {
        let files = [file("extra", filename: "图.png"), file("mainImage", "\0\r\n", filename: nil)]
        guard case .mapped(let call) = try entry().map(document(#"{"title":"t"}"#), files: files) else {
            Issue.record("refused")
            return
        }
        #expect(call.names == ["title"])
        #expect(call.files.map(\.name) == ["main_image", "extra"])
        #expect(call.files.map(\.filename) == [nil, "图.png"])
        #expect(call.files[0].bytes.elementsEqual("\0\r\n".utf8) && call.files[0].contentType == "image/png")
        #expect(
            call.maskedRequest
                == #"{"title":"t","main_image":"(a file of 3 bytes)","extra":"(a file of 5 bytes)"}"#)
        let both = try entry().map(document(#"{"title":"t","extra":"AAAA"}"#), files: [file("main_image")])
        guard case .mapped(let mixed) = both else {
            Issue.record("refused")
            return
        }
        #expect(mixed.files.map(\.name) == ["main_image", "extra"] && mixed.files[1].bytes.elementsEqual([0, 0, 0]))
    }

    @Test("One that is required is missing, wherever it could stand; an empty one counts as missing")
    func oneThatIsRequired() throws {
        let wanted = "a file, as base64 or as a file part"
        #expect(try faults(#"{"title":"t"}"#, []) == ["/main_image: is required: \(wanted)"])
        #expect(
            try faults(#"{"title":"t","main_image":null}"#, [file("extra")]) == ["/main_image: is required: \(wanted)"])
        #expect(
            try faults(#"{"title":"t"}"#, [file("mainImage", "")])
                == ["/mainImage: is required and must not be empty: \(wanted)"])
        #expect(try faults("{}", []) == ["/title: is required: a text", "/main_image: is required: \(wanted)"])
        guard
            case .mapped(let call) = try entry().map(
                document(#"{"title":"t","main_image":null}"#), files: [file("main_image"), file("extra", "")])
        else {
            Issue.record("refused")
            return
        }
        #expect(call.files.map(\.name) == ["main_image"])
    }

    @Test("None overrides anything: a parameter that is given twice is a fault")
    func noneOverridesAnything() throws {
        #expect(
            try faults(#"{"title":"t","main_image":"AAAA"}"#, [file("mainImage")])
                == [#"/mainImage: given twice, in the JSON part as "main_image" and as a file part"#])
        #expect(
            try faults(#"{"title":"t"}"#, [file("main_image"), file("mainImage")])
                == ["/mainImage: given twice, in two file parts"])
        #expect(
            try faults(#"{"title":"t","main_image":"no base64"}"#, [file("main_image")]).count == 1)
    }

    @Test("One that no parameter has is a fault with a suggestion, and so is one for a parameter that is no file")
    func oneThatNoParameter() throws {
        let image = file("main_image")
        #expect(
            try faults(#"{"title":"t"}"#, [image, file("main_imgae")])
                == [#"/main_imgae: unknown file; did you mean "main_image"?"#])
        #expect(try faults(#"{"title":"t"}"#, [image, file("titel")]) == ["/titel: unknown file"])
        for name in ["title", "extras", "detail"] {
            #expect(
                try faults(#"{"title":"t"}"#, [image, file(name)]).contains(
                    "/\(name): is not a file (byte[]): give it in the JSON part, or as a part without a filename"))
        }
        #expect(try faults(#"{"title":"t"}"#, [image, file("a/b")], overlay: "open: true") == ["/a~1b: unknown file"])
    }

    @Test("Lists of files cannot be sent, which is said in so many words; inside an object base64 must be base64")
    func listsOfFilesCannot() throws {
        let only = "a file (byte[]) can only be sent as a parameter of its own"
        #expect(
            try faults(#"{"title":"t","extras":["AAAA"]}"#, [file("main_image")]) == ["/extras/0: \(only)"])
        #expect(
            try faults(#"{"title":"t","detail":{"scan":"no base64"}}"#, [file("main_image")]).count == 1,
            "inside an object its base64 is a text")
        #expect(FieldType("byte[] []").kind == .bytes && FieldType("byte[] []").isList)
    }

    @Test("The example of a request has none that cannot be sent")
    func exampleOfRequestHasNone() throws {
        let page = Self.page.replacing("required: false", with: "required: true")
        let entry = try Entry.read(page: CatalogFile(name: "p.yaml", text: page))
        let example = try JSONDocument(entry.exampleRequest())
        #expect(example.root.members.map(\.name) == ["title", "main_image", "extra", "detail"])
        #expect(example.root["detail"]?.count == 1 && example.root["extra"]?.string == "dGV4dA==")
        let beside = try JSONDocument(entry.exampleRequest(withFiles: false))
        #expect(beside.root.members.map(\.name) == ["title", "detail"])
    }

    @Test("Rules across fields see them")
    func rulesAcrossFieldsSee() throws {
        let overlay = """
            request:
              main_image: {required: false}
            rules:
              - one_of: [main_image, extra]
            """
        let text = #"at least one of "main_image", "extra" must be given"#
        #expect(try faults(#"{"title":"t"}"#, [], overlay: overlay) == ["/main_image: \(text)"])
        #expect(try faults(#"{"title":"t"}"#, [file("extra", "")], overlay: overlay) == ["/main_image: \(text)"])
        guard case .mapped = try entry(overlay: overlay).map(document(#"{"title":"t"}"#), files: [file("extra")])
        else {
            Issue.record("refused")
            return
        }
    }

    @Test("An entry knows whether it takes files, and which names are a file's")
    func takesFiles() throws {
        let entry = try entry()
        #expect(entry.takesFiles && entry.isFile("main_image") && entry.isFile("mainImage") && entry.isFile("extra"))
        for name in ["title", "extras", "detail", "scan", "json"] { #expect(!entry.isFile(name)) }
        #expect(try catalog.get().entries.allSatisfy { !$0.takesFiles })
    }
}

import Catalog
import HTTP1
import Problems
import Relay
import Testing

@testable import Service

@Suite struct ContentTypeTests {
    private func check(_ headers: HeaderFields) throws {
        try RequestFields(headers).checkIsJSON()
    }

    @Test(
        "JSON in UTF-8 is taken, by whichever of its names",
        arguments: [
            "application/json", "Application/JSON", "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"", "application/vnd.api+json", "application/json ; charset = utf-8",
            "application/json; profile=x; charset=UTF-8", "application/json;", " application/json\t",
        ])
    func jsonInUTF8(_ type: String) throws {
        try check(["Content-Type": type])
    }

    private static let entries = Result {
        let page = { (type: String) in
            CatalogFile(
                name: "taobao.test.one.yaml",
                text:
                    "method: taobao.test.one\nsession: none\nrequest: [{name: a, type: '\(type)', required: false}]\nresponse_root: r"
            )
        }
        return (file: try Entry.read(page: page("byte[]")), plain: try Entry.read(page: page("byte[] []")))
    }

    private func boundary(_ type: String, _ entry: Entry, _ more: HeaderFields = [:]) throws -> MultipartBoundary? {
        var headers: HeaderFields = ["Content-Type": type]
        for index in more.indices { headers.add(name: more.name(at: index), value: more.value(at: index)) }
        return try RequestFields(headers).boundary(entry)
    }

    @Test("Multipart/form-data is taken where the method has files of its own, besides JSON")
    func multipartFormDataIsTaken() throws {
        let (file, plain) = try Self.entries.get()
        let form = "multipart/form-data; boundary=x"
        #expect(try boundary(form, file) != nil)
        for entry in [file, plain] {
            #expect(try boundary("application/json", entry) == nil)
            #expect(try boundary("application/json; charset=utf-8", entry) == nil)
        }
        let refused: [(String, Entry, HeaderFields, ProblemType)] = [
            (form, plain, [:], .unsupportedMediaType),
            ("multipart/mixed; boundary=x", file, [:], .unsupportedMediaType),
            ("text/plain", file, [:], .unsupportedMediaType), ("multipart/form-data", file, [:], .malformedRequest),
            (form, file, ["Content-Encoding": "gzip"], .unsupportedMediaType),
            (form + "; charset=gbk", file, [:], .unsupportedMediaType),
        ]
        for (type, entry, headers, problem) in refused {
            let thrown = #expect(throws: Problem.self, "\(type)") { try boundary(type, entry, headers) }
            #expect(thrown?.type == problem, "\(type)")
        }
        let text = #expect(throws: Problem.self) { try boundary("text/plain", file) }
        #expect(text?.detail.hasSuffix("application/json or multipart/form-data.") == true)
    }

    @Test("A body that is not declared at all is taken")
    func bodyThatIsNotDeclared() throws {
        try check([:])
        try check(["Content-Encoding": "identity"])
    }

    @Test(
        "Other types, charsets and compressed bodies are not supported",
        arguments: [
            ["Content-Type": "text/plain"], ["Content-Type": "application/x-www-form-urlencoded"],
            ["Content-Type": ""], ["Content-Type": "application/jsonp"], ["Content-Type": "text/x+json"],
            ["Content-Type": "application/json; charset=gbk"], ["Content-Type": "application/json;charset=utf-16"],
            ["Content-Type": "application/json", "Content-Encoding": "gzip"], ["Content-Encoding": "br"],
        ] as [[String: String]])
    func otherTypes(_ headers: [String: String]) {
        let problem = #expect(throws: Problem.self) { try check(HeaderFields(headers.map { ($0.key, $0.value) })) }
        #expect(problem?.type == .unsupportedMediaType)
    }

    @Test("A header that may be given once is refused when it is given twice")
    func headerThatMayBeGiven() throws {
        let fields = RequestFields(["Top-App": "a", "top-app": "b", "Top-Seller": "", "X-Request-Id": "1"])
        #expect(try fields.requestID.value() == "1")
        #expect(try fields.seller.value() == nil && fields.idempotencyKey.value() == nil)
        let problem = #expect(throws: Problem.self) { try fields.app.value() }
        #expect(problem?.type == .malformedRequest && problem?.detail == "The header Top-App is given 2 times.")
    }

    @Test("Blanks at the ends of a header do not belong to its value")
    func blanksAtEndsOfHeader() throws {
        let fields = RequestFields([
            "Top-App": " main\t ", "Top-Seller": "店 铺 ", "Authorization": "Bearer x ", "X-Request-Id": "\tid",
            "Top-Dry-Run": "true ", "Top-Ref": " ",
        ])
        #expect(try fields.app.value() == "main" && fields.seller.value() == "店 铺")
        #expect(try fields.requestID.value() == "id" && fields.refs == [""])
        #expect(try fields.authorization.map(Array.init) == Array("Bearer x".utf8) && fields.isDryRun())
    }

    @Test(
        "Top-Dry-Run is true or false; an empty one, too, is refused", arguments: ["", " ", "\t", "yes", "1", "true x"])
    func dryRun(_ value: String) throws {
        let fields = RequestFields(["Top-Dry-Run": value])
        let problem = #expect(throws: Problem.self) { try fields.isDryRun() }
        #expect(problem?.type == .malformedRequest && problem?.detail == "Top-Dry-Run must be true or false.")
    }
}

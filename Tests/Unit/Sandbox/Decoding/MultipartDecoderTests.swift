import Catalog
import Crypto
import TOP
import Testing

@testable import Sandbox

@Suite("Multipart forms, as the sandbox reads them")
struct MultipartDecoderTests {
    private static let entry = CatalogFile(
        name: "taobao.test.upload.yaml",
        text: """
            method: taobao.test.upload
            session: none
            request:
              - {name: title, type: String, required: true}
              - {name: image, type: 'byte[]', required: true}
              - {name: extra, type: 'byte[]', required: false}
            response_root: test_response
            response:
              - {name: done, type: Boolean, example: 'true'}
            """)

    private static func decode(_ body: String, _ type: String = "multipart/form-data; boundary=B") throws
        -> MultipartDecoder
    {
        try MultipartDecoder(Array(body.utf8), contentType: type)
    }

    private static let text = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"

    @Test("Parameters and files are told apart by the filename; no byte of either is lost")
    func parametersAndFilesAreTold() throws {
        let form = try Self.decode(
            "\(Self.text)\r\n图\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x%22y.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n\r\n--\r\n\0\r\n--B--\r\n",
            "multipart/form-data;charset=UTF-8;boundary=\"B\"")
        #expect(form.parameters == [ReceivedParameter(name: "a", value: "\r\n图\r\n")])
        #expect(
            form.files == [
                MultipartDecoder.File(name: "f", filename: "x\"y.png", contentType: "image/png", byteCount: 7)
            ])
        #expect(try Self.decode("--B--\r\n").parameters.isEmpty)
    }

    @Test(
        "What is no form is refused",
        arguments: [
            ("", .noBoundary), ("x\r\n--B--\r\n", .noBoundary), ("--B", .notClosed), ("--B\r\n", .notClosed),
            ("--B--", .notClosed), ("--B--\r\nx", .notClosed), (text + "a", .notClosed),
            (text + "a\r\n--B", .notClosed), (text + "a\r\n--C--\r\n", .notClosed),
            ("--B\r\n\r\na\r\n--B--\r\n", .badPart(1)), ("--B\r\nA: b\r\n\r\na\r\n--B--\r\n", .badPart(1)),
            ("--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\na\r\n--B--\r\n", .badPart(1)),
            (
                "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\na\r\n--B--\r\n", .badPart(1)
            ),
        ] as [(String, MultipartDecoder.FormError)])
    func whatIsNoForm(_ body: String, _ failure: MultipartDecoder.FormError) {
        #expect(throws: failure, "\(body.debugDescription)") { try Self.decode(body) }
    }

    @Test("A type without a usable boundary is refused")
    func typeWithoutUsableBoundary() {
        for type in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""] {
            #expect(throws: MultipartDecoder.FormError.noBoundary) { try Self.decode("--B--\r\n", type) }
        }
    }

    @Test("What the relay sends is read, signed without its files, and checked against the catalog")
    func whatRelaySendsIsRead() throws {
        let catalog = try Catalog(files: [Self.entry])
        var configuration = SandboxConfiguration(
            apps: [SandboxApp(key: "4272", secret: "秘密 secret", sessions: [])], catalog: catalog)
        configuration.epochSeconds = { 1_700_000_000 }
        var gateway = Gateway(configuration)
        func code(_ title: String?, _ files: [FilePart]) throws -> Int? {
            var parameters = [
                ("method", "taobao.test.upload"), ("app_key", "4272"), ("v", "2.0"), ("format", "json"),
                ("sign_method", "hmac-sha256"), ("timestamp", TOPTime.timestamp(epochSeconds: 1_700_000_000)),
            ].map { Parameter(name: $0.0, value: $0.1) }
            if let title { parameters.append(Parameter(name: "title", value: title)) }
            let sign = try Signer(method: .hmacSHA256, secret: Secret("秘密 secret")).sign(parameters)
            parameters.append(Parameter(name: "sign", value: sign))
            var request = WireRequest(
                verb: "POST", path: "/router/rest", query: "",
                contentType: MultipartEncoding.contentType(boundary: "B"))
            request.body = MultipartEncoding.encode(parameters, files: files, boundary: "B")
            _ = gateway.answer(request)
            return try #require(gateway.calls.last).errorCode
        }
        let image = FilePart(name: "image", bytes: [0, 13, 10, 255], filename: "图 \"1\".png", contentType: "image/png")
        #expect(try code("混合 品+&=%20😀", [image]) == nil)
        let call = try #require(gateway.calls.last)
        #expect(call.files.map(\.filename) == ["图 \"1\".png"] && call.files.map(\.byteCount) == [4])
        #expect(call.parameters.contains { $0 == ("title", "混合 品+&=%20😀") })
        #expect(try code("t", []) == 40)
        #expect(try code(nil, [image]) == 40)
        #expect(try code("t", [image, image]) == 41)
        #expect(try code("t", [image, FilePart(name: "title", bytes: [1])]) == 41)
        #expect(try code("t", [image, FilePart(name: "colour", bytes: [1])]) == 41)
    }
}

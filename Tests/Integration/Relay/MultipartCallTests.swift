import Catalog
import JSON
import Logging
import Problems
import RelayTestSupport
import Sandbox
import TOP
import TestSupport
import Testing

@testable import Relay

/// Whole calls whose bodies are multipart, through a worker with real parts.
@Suite struct MultipartCallTests {
    private static let method = "taobao.test.upload"
    private static let page = CatalogFile(
        name: method + ".yaml",
        text: """
            method: \(method)
            session: none
            request:
              - {name: title, type: String, required: false}
              - {name: request_id, type: String, required: true}
              - {name: image, type: 'byte[]', required: true}
              - {name: data, type: 'byte[]', required: false}
            response_root: test_response
            response:
              - {name: done, type: Boolean, example: 'true'}
            """)
    private static let overlay = CatalogFile(
        name: method + ".overlay.yaml", text: "method: \(method)\nidempotency: request_id\n")

    private static let catalog = Result { try Catalog(files: [page, overlay]) }

    private static func entry() throws -> Entry { try #require(try catalog.get().entry(method: method)) }

    private static let image = "\r\n--\r\n\0\u{7F}图"

    /// A part with these header lines.
    private static func part(_ disposition: String, _ type: String?, _ text: String) -> String {
        "--B\r\nContent-Disposition: form-data; \(disposition)\r\n"
            + (type.map { "Content-Type: \($0)\r\n" } ?? "") + "\r\n\(text)\r\n"
    }

    private static let imagePart = part(#"name="image"; filename="图.png""#, "image/png", image)

    private static func request(
        _ parts: String..., key: String? = "k-1", isDryRun: Bool = false
    ) throws -> CallRequest {
        var request = CallRequest(
            entry: try entry(), body: Array((parts.joined() + "--B--\r\n").utf8), app: nil, seller: nil, refs: [],
            idempotencyKey: key, clientRequestID: nil, traceID: nil, isDryRun: isDryRun, receivedAt: 0)
        request.boundary = try MultipartBoundary(contentType: "multipart/form-data; boundary=B")
        return request
    }

    private func content(_ parts: String...) throws -> CallContent {
        try CallContent(try Self.request(parts.joined()))
    }

    private func problem(_ parts: String...) throws -> Problem {
        try #require(#expect(throws: Problem.self) { try CallContent(try Self.request(parts.joined())) })
    }

    @Test(
        "The part named json is the JSON, whatever it is declared as; without one, the only part declared as JSON",
        arguments: [
            part(#"name="json""#, nil, #"{"title":"t"}"#),
            part(#"name="json"; filename="body.json""#, "application/octet-stream", #"{"title":"t"}"#),
            part(#"name="json""#, "application/json; charset=UTF-8", #"{"title":"t"}"#)
                + part(#"name="other""#, "application/json", "no JSON"),
            part(#"name="request"; filename="r""#, "application/json", #"{"title":"t"}"#),
            part(#"name="data""#, "application/json", #"{"file":true}"#)
                + part(#"name="call""#, "application/json", #"{"title":"t"}"#),
        ])
    func jsonPart(_ parts: String) throws {
        let content = try content(parts, Self.imagePart)
        #expect(content.document.root["title"]?.string == "t")
        let image = try #require(content.files.last)
        #expect(image.name == "image" && image.filename == "图.png" && image.contentType == "image/png")
        #expect(image.bytes.elementsEqual(Self.image.utf8))
    }

    @Test("A body without JSON is an empty object")
    func noJSON() throws {
        let content = try content(Self.imagePart)
        #expect(content.document.root.kind == .object && content.document.root.count == 0 && content.files.count == 1)
        #expect(try self.content().files.isEmpty)
    }

    @Test("Two JSON parts, broken JSON and other charsets are refused")
    func badJSON() throws {
        let json = #"{"title":"t"}"#
        for parts in [
            Self.part(#"name="json""#, nil, json) + Self.part(#"name="json""#, nil, json),
            Self.part(#"name="a""#, "application/json", json) + Self.part(#"name="b""#, "application/json", json),
        ] {
            let problem = try problem(parts)
            #expect(problem.type == .malformedRequest && problem.detail.hasPrefix("2 parts of the body hold JSON"))
        }
        for text in ["", "{", "{\"a\":1,\"a\":2}"] {
            let problem = try problem(Self.part(#"name="json""#, nil, text))
            #expect(problem.type == .malformedRequest && problem.detail.hasPrefix("The JSON part is not acceptable"))
        }
        let gbk = try problem(Self.part(#"name="json""#, "application/json; charset=gbk", json))
        #expect(gbk.type == .unsupportedMediaType)
        var broken = try Self.request()
        broken.body = Array("--B\r\n".utf8)
        let problem = try #require(#expect(throws: Problem.self) { try CallContent(broken) })
        #expect(
            problem.type == .malformedRequest
                && problem.detail
                    == "The body is not acceptable multipart/form-data: it ends before its closing boundary."
        )
    }

    private func withSandbox(_ body: @escaping @Sendable (Stage, SandboxServer) async throws -> Void) async throws {
        let app = SandboxApp(key: "4272", secret: Snapshot.secret, sessions: [Snapshot.sessionKey])
        let sandbox = SandboxServer(
            configuration: SandboxConfiguration(apps: [app], catalog: try Self.catalog.get()),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let port = try await sandbox.start()
        let result = await Result {
            try await withStage(gateway: "http://127.0.0.1:\(port)/router/rest") { try await body($0, sandbox) }
        }
        await sandbox.stop()
        try result.get()
    }

    private func call(_ stage: Stage, _ request: CallRequest) async throws -> Reply {
        try await stage.call(Methods.lease, "{}") {
            let receivedAt = $0.receivedAt
            $0 = request
            $0.receivedAt = receivedAt
        }
    }

    @Test("The call goes through with its file, its derived id and its name; the trail has the file's size alone")
    func callGoesThroughWithItsFile() async throws {
        try await withSandbox { stage, sandbox in
            let json = Self.part(#"name="json""#, nil, #"{"title":"t 图"}"#)
            let reply = try await call(stage, Self.request(json, Self.imagePart))
            let document = try reply.read()
            #expect(reply.status == 200 && document["outcome"]?.string == "success", "\(document.members.map(\.name))")
            let id = try #require(document["request_id"]?.string)
            let received = try #require(await sandbox.calls().first)
            #expect(received.errorCode == nil)
            #expect(received.files.map(\.name) == ["image"] && received.files[0].filename == "图.png")
            #expect(received.files[0].byteCount == Self.image.utf8.count)
            #expect(received.parameters.contains { $0 == ("title", "t 图") })
            #expect(received.parameters.contains { $0 == ("request_id", id) })
            let rows = try await stage.texts("SELECT request FROM audit.intents")
            #expect(
                rows == [
                    [#"{"title":"t 图","request_id":"\#(id)","image":"(a file of \#(Self.image.utf8.count) bytes)"}"#]
                ])
            // The same key gives the same id, as with JSON.
            let again = try await call(stage, Self.request(Self.imagePart))
            #expect(try again.read()["request_id"]?.string == id)
        }
    }

    @Test("A dry run shows the files' sizes and signs without them; faults have pointers, and nothing is sent")
    func refusedAndDry() async throws {
        try await withSandbox { stage, sandbox in
            let dry = try await call(stage, Self.request(Self.imagePart, isDryRun: true)).read()
            #expect(dry["files"]?["image"]?.lexeme == "\(Self.image.utf8.count)")
            #expect(dry["parameters"]?["image"] == nil && dry["base_string"]?.string?.contains("image") == false)
            let json = Self.part(#"name="json""#, nil, #"{"image":"AAAA"}"#)
            let refused = try await call(
                stage,
                Self.request(json, Self.imagePart, Self.part(#"name="imgae"; filename="x""#, nil, "x"), key: nil))
            #expect(refused.status == 422)
            #expect(
                try refused.read()["errors"]?.elements.map { $0["pointer"]?.string } == [
                    "/image", "/imgae", "/request_id",
                ])
            let malformed = try await call(stage, Self.request(Self.imagePart.replacing("form-data", with: "file")))
            #expect(malformed.status == 400)
            #expect(await sandbox.calls().isEmpty)
            #expect(try await stage.number("SELECT count(*) FROM audit.intents") == 0)
        }
    }
}

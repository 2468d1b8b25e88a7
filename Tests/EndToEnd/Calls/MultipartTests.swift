import Foundation
import JSON
import TestSupport
import Testing

@Suite("Calls as multipart/form-data, by real curl")
struct MultipartTests {
    static let method = "taobao.picture.upload"
    private static let path = "/v1/top/" + method
    static let entry = """
        method: \(method)
        title: 上传单张图片
        session: required
        request:
          - {name: picture_category_id, type: Number, required: true, example: '1', description: 图片分类ID}
          - {name: img, type: 'byte[]', required: true, description: 图片二进制文件流}
          - {name: image_input_title, type: String, required: true, example: Bule.jpg}
          - {name: title, type: String, required: false}
          - {name: client_type, type: String, required: false}
          - {name: is_https, type: Boolean, required: false}
        response_root: picture_upload_response
        response:
          - name: picture
            type: Picture
            children:
              - {name: picture_id, type: Number}
              - {name: title, type: String}
        """

    /// A replica whose catalog has the method, a folder for files, and what stops it.
    private static func relay() async throws -> (relay: RelayProcess, folder: String) {
        let folder = try Watchdog.shared.makeFolder("catalog")
        try entry.write(toFile: folder + "/\(method).yaml", atomically: true, encoding: .utf8)
        return (try await Stage.shared.startRelay(["TOPRELAY_CATALOG": folder]), folder)
    }

    /// Runs curl; gives the status and the body.
    private static func curl(
        _ relay: RelayProcess, _ arguments: [String], path: String = path
    ) async throws -> (status: String, json: JSONValue) {
        let token = try await Stage.shared.tokens.caller
        let text = try await Command.succeed(
            [
                "curl", "-sS", "--noproxy", "*", "--max-time", "30", "-w", "\n%{http_code}",
                "-H", "Authorization: Bearer \(token)", "http://127.0.0.1:\(relay.port)\(path)",
            ] + arguments)
        let lines = text.split(separator: "\n")
        return (String(lines.last ?? ""), try JSONDocument(Array(lines.dropLast().joined(separator: "\n").utf8)).root)
    }

    private static func pointers(_ json: JSONValue) -> [String] {
        json["errors"]?.elements.compactMap { $0["pointer"]?.string } ?? []
    }

    @Test("The file reaches TOP byte for byte under its name, the sign is right, and the trail has its size alone")
    func fileReachesTOPByte() async throws {
        let (relay, folder) = try await Self.relay()
        defer { relay.child.kill() }
        let marker = Example.newMarker()
        var generator = SystemRandomNumberGenerator()
        let image =
            (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            + Array("\r\n--\(marker)-secret\r\n--\r".utf8)
        let file = folder + "/图 1;\"\(marker)\".png"
        try Data(image).write(to: URL(filePath: file))
        let digest = String(try await Command.succeed(["sha256sum", "--zero", file])).prefix(64)
        let json = #"{"pictureCategoryId":9007199254740993,"image_input_title":"\#(marker) 图","is_https":true}"#
        let answer = try await Self.curl(
            relay,
            ["--form-string", "json=\(json)", "-F", "img=@\"\(file.replacing("\"", with: "\\\""))\";type=image/png"])
        #expect(answer.status == "200" && answer.json["outcome"]?.string == "success", "\(answer)")
        #expect(answer.json["result"]?["picture"]?["picture_id"]?.lexeme == "1013390000000007421")
        let stage = try await Stage.shared
        let call = try #require(stage.gateway.calls(with: marker).first)
        #expect(call.isSignRight && call.files == ["img": String(digest)])
        #expect(call.fileLabels == ["img": "图 1;%22\(marker)%22.png image/png"])
        #expect(
            call.business == [
                "picture_category_id": "9007199254740993", "image_input_title": "\(marker) 图", "is_https": "true",
            ])
        let row = try #require(try await stage.trail(id: answer.json["id"]?.string))
        #expect(row.request?.contains("\"img\":\"(a file of \(image.count) bytes)\"") == true)
        let texts = try await stage.query(
            "SELECT count(*) AS n FROM audit.intents WHERE request LIKE '%\(marker)-secret%' OR request LIKE '%图 1;%'")
        #expect(texts.first?["n"]?.lexeme == "0")
        #expect(!relay.log.contains(marker))
    }

    @Test(
        "An unknown file, a file twice, a missing one and a missing JSON part are told with their places; nothing is sent"
    )
    func unknownFile() async throws {
        let (relay, folder) = try await Self.relay()
        defer { relay.child.kill() }
        let marker = Example.newMarker()
        try marker.write(toFile: folder + "/f", atomically: true, encoding: .utf8)
        let json = #"json={"picture_category_id":1,"image_input_title":"\#(marker)"}"#
        let file = "@\(folder)/f"
        for (arguments, places) in [
            (["-F", "img=\(file)"], ["/picture_category_id", "/image_input_title"]),
            (["--form-string", json], ["/img"]),
            (["--form-string", json, "-F", "Img=\(file)"], ["/Img", "/img"]),
            (["--form-string", json, "-F", "img=\(file)", "-F", "img=\(file)"], ["/img"]),
            (["--form-string", json, "-F", "img=\(file)", "-F", "title=\(file)"], ["/title"]),
            (["--form-string", json.replacing("{", with: #"{"img":"AAAA","#), "-F", "img=\(file)"], ["/img"]),
        ] {
            let refused = try await Self.curl(relay, arguments)
            #expect(refused.status == "422" && Self.pointers(refused.json) == places, "\(arguments) \(refused)")
        }
        let suggestion = try await Self.curl(relay, ["--form-string", json, "-F", "image=\(file)"]).json
        let details = suggestion["errors"]?.elements.compactMap { $0["detail"]?.string } ?? []
        #expect(details.contains { $0.hasPrefix("unknown file") }, "\(details)")
        let dry = try await Self.curl(
            relay, ["-H", "Top-Dry-Run: true", "--form-string", json, "-F", "img=\(file)"])
        #expect(dry.status == "200" && dry.json["files"]?["img"]?.lexeme == "\(marker.utf8.count)")
        #expect(try await Stage.shared.traces(of: marker) == 0)
    }

    @Test("What is no multipart is malformed, what is too large is so, and a method without files takes JSON only")
    func whatIsNoMultipart() async throws {
        let (relay, folder) = try await Self.relay()
        defer { relay.child.kill() }
        func type(_ status: String, _ arguments: [String], path: String = Self.path) async throws -> String? {
            let answer = try await Self.curl(relay, arguments, path: path)
            #expect(answer.status == status, "\(answer)")
            return answer.json["type"]?.string
        }
        let form = ["-H", "Content-Type: multipart/form-data; boundary=x", "--data-binary"]
        for body in ["", "{}", "--x", "--x\r\n\r\n\r\n--x--\r\n", "--y--\r\n"] {
            #expect(try await type("400", form + [body]) == "/problems/malformed-request", "\(body.debugDescription)")
        }
        #expect(
            try await type("400", ["-H", "Content-Type: multipart/form-data", "-d", "x"])
                == "/problems/malformed-request")
        for media in ["multipart/mixed; boundary=x", "text/plain"] {
            #expect(
                try await type("415", ["-H", "Content-Type: \(media)", "-d", "--x--"])
                    == "/problems/unsupported-media-type")
        }
        #expect(
            try await type("415", ["--form-string", "json={}"], path: "/v1/aliauto/car-profiles")
                == "/problems/unsupported-media-type")
        try Data(count: 1 << 20).write(to: URL(filePath: folder + "/large"))
        #expect(try await type("413", ["-F", "img=@\(folder)/large"]) == "/problems/payload-too-large")
    }

    @Test("The sandbox follows the same folder and takes the call; toprelay call sends files; /docs shows how")
    func sandboxAndCommand() async throws {
        let stage = try await Stage.shared
        let catalog = try Watchdog.shared.makeFolder("catalog")
        let sandbox = try await SandboxProcess(catalog: catalog)
        defer { sandbox.child.kill() }
        let relay = try await stage.startRelay(["TOPRELAY_GATEWAY_URL": sandbox.url, "TOPRELAY_CATALOG": catalog])
        defer { relay.child.kill() }
        // Both began without the method.
        try Self.entry.write(toFile: catalog + "/\(Self.method).yaml", atomically: true, encoding: .utf8)
        try await eventually("the entry is in force") { try await relay.get("/docs/\(Self.method)").status == 200 }
        let folder = try Watchdog.shared.makeFolder("files")
        let file = folder + "/a.png"
        try Data([0x89, 0x50, 0, 13, 10]).write(to: URL(filePath: file))
        let settings = [
            "TOPRELAY_URL": "http://127.0.0.1:\(relay.port)", "TOPRELAY_TOKEN": stage.tokens.caller,
        ]
        func call(_ arguments: [String]) async throws -> Command.Output {
            try await Command.run(
                [Repository.binary, "call", Self.method] + arguments, environment: settings,
                input: #"{"picture_category_id":1,"image_input_title":"a.png"}"#)
        }
        try await eventually("the sandbox knows the method, and takes the call") {
            let done = try await call(["-", "--file", "img=@\(file)"])
            #expect(done.code == 0 || done.errors.contains("is not in the sandbox's catalog"), "\(done)")
            return done.code == 0
        }
        let missing = try await call(["-", "--file", "extra=@\(file)"])
        #expect(missing.code == 2 && missing.errors.contains("/img  is required"), "\(missing)")
        #expect(try await call(["-", "--file", "img=\(file)"]).code == 64)
        #expect(try await call(["-", "--file", "img=@\(folder)/none"]).code == 1)

        let docs = try await relay.get("/docs/\(Self.method)").text
        let start = try #require(docs.range(of: "<pre>"))
        let end = try #require(docs.range(of: "</pre>"))
        let line = String(docs[start.upperBound..<end.lowerBound]).replacing(#/<[^>]*>/#, with: "")
            .replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
            .replacing("@FILE", with: "@\(file)")
        let answer = try await Command.succeed(["sh", "-c", line], environment: settings)
        #expect(try JSONDocument(Array(answer.utf8)).root["outcome"]?.string == "success", "\(line) \(answer)")
        let described = try await relay.get("/openapi.json").json
        let content = described["paths"]?[Self.path]?["post"]?["requestBody"]?["content"]?["multipart/form-data"]
        #expect(content?["encoding"]?["img"]?["contentType"]?.string == "application/octet-stream")
        let schemas = try #require(described["components"]?["schemas"])
        #expect(schemas["TaobaoPictureUploadForm"]?["required"]?.elements.compactMap(\.string) == ["json", "img"])
        let parameters = try #require(schemas["TaobaoPictureUploadFormParameters"]?["properties"])
        #expect(parameters["title"] != nil && parameters["img"] == nil)
    }
}

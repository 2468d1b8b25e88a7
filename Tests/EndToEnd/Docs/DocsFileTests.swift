import Foundation
import JSON
import TestSupport
import Testing

@Suite("Files of a call (byte[])")
struct DocsFileTests {
    @Test("Base64 in the JSON reaches TOP byte for byte as a file of a multipart request whose sign is right")
    func base64InJSONReaches() async throws {
        let stage = try await Stage.shared
        let folder = try Watchdog.shared.makeFolder("catalog")
        let entry = """
            method: taobao.test.upload
            session: none
            request:
              - {name: title, type: String, required: true}
              - {name: image, type: 'byte[]', required: true}
              - {name: extra, type: 'byte[]', required: false}
            response_root: test_response
            """
        try entry.write(toFile: folder + "/taobao.test.upload.yaml", atomically: true, encoding: .utf8)
        let relay = try await stage.startRelay(["TOPRELAY_CATALOG": folder])
        defer { relay.child.kill() }
        let marker = "file-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        var generator = SystemRandomNumberGenerator()
        let image = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) } + Array("\r\n--\r\n".utf8)
        func post(_ image: String) async throws -> HTTPAnswer {
            try await relay.post(
                "/v1/top/taobao.test.upload", #"{"title":"\#(marker) \"图\" 1","image":"\#(image)","extra":""}"#,
                token: stage.tokens.caller)
        }
        let answer = try await post(Data(image).base64EncodedString())
        // The gateway does not have the method. It reports that only after it has accepted the sign.
        #expect(answer.json["top"]?["code"]?.string == "22", "\(answer)")
        let call = try #require(stage.gateway.calls(with: marker).first)
        #expect(call.isSignRight)
        #expect(call.parameters["title"] == "\(marker) \"图\" 1")
        #expect(call.parameters["image"] == nil)
        try Data(image).write(to: URL(filePath: folder + "/image"))
        let digest = try await Command.succeed(["sha256sum", folder + "/image"]).prefix(64)
        #expect(call.files == ["image": String(digest)])
        #expect(call.headers["content-type"]?.hasPrefix("multipart/form-data;") == true)
        let entries = try await stage.trail(with: marker)
        #expect(entries.count == 1)
        let rows = try await stage.query("SELECT request FROM audit.intents WHERE request LIKE '%\(marker)%'")
        #expect(rows.first?["request"]?.string?.contains("(a file of 100006 bytes)") == true)
        for bad in ["AAA", "A===", "AAA\\n", "AAAA AAA", "AB==", "\\u00e9AAA"] {
            let refused = try await post(bad)
            #expect(refused.problem == "invalid-parameters", "\(bad)")
            #expect(refused.json["errors"]?.elements.first(where: { _ in true })?["pointer"]?.string == "/image")
        }
        #expect(try await post("").problem == "invalid-parameters", "it is required")
        #expect(stage.gateway.calls(with: marker).count == 1)
    }
}

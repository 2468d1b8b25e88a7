import JSON
import TestSupport
import Testing

@testable import Resources
@testable import Service

@Suite struct VersionTests {
    @Test("GET /version tells release and commit and asks for no token; other HTTP methods are refused")
    func versionPath() async throws {
        try await withService(gateway: ScriptedServer.answering("").url()) { service in
            let answer = try await service.request("GET", "/version")
            #expect(answer.status == 200 && answer["content-type"] == "application/json")
            #expect(answer.json["version"]?.string == Release.version)
            #expect(answer.json["commit"]?.string == Release.commit)
            let refused = try await service.request("POST", "/version", body: "{}")
            #expect(refused.status == 405 && refused["allow"] == "GET, HEAD")
        }
    }
}

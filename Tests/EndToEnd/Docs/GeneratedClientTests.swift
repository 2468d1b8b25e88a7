import Foundation
import JSON
import TestSupport
import Testing

/// What common generators make of `/openapi.json`: openapi-python-client a client, datamodel-code-generator models.
@Suite("Clients generated from the OpenAPI document", .serialized)
struct GeneratedClientTests {
    /// A folder with both generators, and with what their code needs.
    private static func tools() async throws -> String {
        try await PythonTools.folder(
            "client-tools",
            packages: [
                "openapi-python-client==0.29.1", "datamodel-code-generator==0.89.0", "httpx==0.28.1", "attrs==26.1.0",
                "pydantic==2.14.4",
            ])
    }

    private static let scripts = Repository.root + "/Tests/EndToEnd/clients"

    @Test(
        "A generated client calls all five methods, generated models know every answer, and ids keep their digits",
        .timeLimit(.minutes(10)))
    func generatedClientCallsMethods() async throws {
        let tools = try await Self.tools()
        let stage = try await Stage.shared
        let folder = try Watchdog.shared.makeFolder("client")
        let document = folder + "/openapi.json"
        try await stage.relay.get("/openapi.json").text.write(toFile: document, atomically: true, encoding: .utf8)
        let marker = Example.newMarker()
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in [
            ("tools", tools), ("document", document), ("folder", folder), ("marker", marker),
            ("relay", "http://127.0.0.1:\(stage.relay.port)"), ("caller", stage.tokens.caller),
            ("auditor", stage.tokens.auditor),
        ] {
            json.name(name)
            json.string(value)
        }
        json.endObject()
        try Data(json.bytes).write(to: URL(fileURLWithPath: folder + "/config.json"))
        let run = try await Command.run(
            [tools + "/bin/python", "-B", Self.scripts + "/calls.py", folder + "/config.json"], limit: .seconds(240))
        #expect(run.code == 0, "\(run.text)\(run.errors.suffix(4000))")
        let calls = stage.gateway.calls(with: marker)
        let id = "9007199254740993"
        #expect(Set(calls.compactMap { $0.parameters["method"] }).count == 5)
        #expect(calls.contains { $0.parameters["list"]?.contains("\"acid\":\(id),") == true })
        #expect(calls.contains { $0.parameters["item_id"] == id })
    }

    @Test(
        "The generators take every page that the importer is tested with, and its examples fit the generated models",
        .timeLimit(.minutes(10)))
    func generatorsTakeEveryPage() async throws {
        let tools = try await Self.tools()
        let catalog = try Watchdog.shared.makeFolder("catalog")
        let pages = Repository.fixtures + "/pages"
        let names = try FileManager.default.contentsOfDirectory(atPath: pages).filter { $0.hasSuffix(".json") }
            .map { String($0.dropLast(5)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names {
                group.addTask {
                    try await Command.succeed([
                        Repository.binary, "catalog", "import", "\(pages)/\(name).txt", "-o", "\(catalog)/\(name).yaml",
                        "--allow-partial",
                    ])
                }
            }
            try await group.waitForAll()
        }
        let relay = try await Stage.shared.startRelay(["TOPRELAY_CATALOG": catalog])
        defer { relay.child.kill() }
        let folder = try Watchdog.shared.makeFolder("pages")
        let document = try await relay.get("/openapi.json")
        #expect((document.json["paths"]?.members.map(\.name).count ?? 0) > names.count)
        try document.text.write(toFile: folder + "/openapi.json", atomically: true, encoding: .utf8)
        let run = try await Command.run(
            [tools + "/bin/python", "-B", Self.scripts + "/pages.py", tools, folder + "/openapi.json", folder],
            limit: .seconds(240))
        #expect(run.code == 0, "\(run.text)\(run.errors.suffix(4000))")
    }
}

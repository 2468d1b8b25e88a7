import Foundation
import JSON
import Testing

/// Pages that no entry of the catalog comes from: imported, served and called through the binary alone.
@Suite("Any method by its page", .bounded)
struct ImportedPagesTests {
    private static let folder = Repository.root + "/Tests/CatalogTests/pages"

    /// The methods of the pages that have a hand-made expectation, and that.
    private static func expectations() throws -> [(method: String, expected: JSONValue)] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted().map {
            let text = try Data(contentsOf: URL(filePath: folder + "/" + $0))
            return (String($0.dropLast(5)), try JSONDocument(Array(text)).root)
        }
    }

    /// The body that `catalog show` prints below the fields.
    private static func example(_ shown: String) throws -> String {
        let place = try #require(shown.range(of: "\nexample\n", options: .backwards))
        return String(shown[place.upperBound...])
    }

    @Test("is imported, shown, served and called, and what arrives is what the platform's own client would send")
    func called() async throws {
        let stage = try await Stage.shared
        let catalog = try Watchdog.shared.makeFolder("imported")
        let pages = try Self.expectations()
        try #require(pages.count >= 40)
        var bodies: [String: String] = [:]
        for (method, _) in pages {
            let file = "\(catalog)/\(method).yaml"
            try await stage.line.succeed(["catalog", "import", "\(Self.folder)/\(method).txt", "-o", file])
            bodies[method] = try Self.example(try await stage.line.run(["catalog", "show", file]).text)
        }
        let relay = try await stage.startRelay(["TOPRELAY_CATALOG": catalog])
        defer { relay.child.kill() }
        for (method, expected) in pages {
            let answer = try await relay.post(
                "/v1/top/\(method)", bodies[method] ?? "", token: stage.tokens.caller, headers: [("Top-App", "main")])
            #expect(answer.problem != "invalid-parameters", "\(method): \(answer)")
            let calls = stage.gateway.calls(with: "\"\(method)\"")
            try #require(calls.count == 1, "\(method): \(answer)")
            var wanted: [String: String] = [:]
            for member in expected["parameters"]?.members.map({ $0 }) ?? [] {
                wanted[member.name] = member.value.string ?? ""
            }
            #expect(calls[0].business == wanted, "\(method)")
            #expect(calls[0].isSignRight, "\(method)")
            let files = expected["files"]?.elements.compactMap(\.string) ?? []
            #expect(calls[0].files.keys.sorted() == files.sorted(), "\(method)")
            if expected["session"]?.string == "required" { #expect(calls[0].parameters["session"] != nil) }
            if expected["session"]?.string == "none" { #expect(calls[0].parameters["session"] == nil) }
        }
    }
}

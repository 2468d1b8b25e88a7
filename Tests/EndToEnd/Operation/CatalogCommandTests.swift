import Foundation
import JSON
import TestSupport
import Testing

@Suite("The command line on entries that nothing judges", .bounded)
struct CatalogCommandTests {
    private func folder(_ files: [String: String]) throws -> String {
        let folder = try Watchdog.shared.makeFolder("entries")
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
        return folder
    }

    private static let plain = """
        method: demo.plain.put
        session: none
        request: [{name: note, type: String, required: false}]
        response: [{name: note, type: String}]
        """

    @Test("Such entries are listed by check, are not faults, and are marked by show")
    func unjudgedEntries() async throws {
        let line = try await Stage.shared.line
        let files = try folder([
            "demo.plain.put.yaml": Self.plain,
            "demo.judged.put.yaml": Self.plain.replacing("plain", with: "judged")
                .replacing("response: [", with: "response: [{name: success, type: Boolean}, "),
        ])
        let output = try await line.run(
            ["catalog", "check", files + "/demo.plain.put.yaml", files + "/demo.judged.put.yaml"])
        #expect(output.code == 0, "\(output)")
        #expect(output.errors.contains("not judged: demo.plain.put"), "\(output)")
        #expect(!output.errors.contains("demo.judged.put"), "\(output)")
        let plain = try await line.run(["catalog", "show", "--json", files + "/demo.plain.put.yaml"]).text
        #expect(try JSONDocument(Array(plain.utf8)).root["judged"]?.bool == false)
        let judged = try await line.run(["catalog", "show", "--json", files + "/demo.judged.put.yaml"]).text
        #expect(try JSONDocument(Array(judged.utf8)).root["judged"] == nil)
        let text = try await line.run(["catalog", "show", files + "/demo.plain.put.yaml"]).text
        #expect(text.contains("not judged"), "\(text)")
    }

    @Test("Every embedded entry is judged")
    func embeddedEntries() async throws {
        let line = try await Stage.shared.line
        for example in Example.all {
            let text = try await line.run(["catalog", "show", "--json", example.method]).text
            #expect(try JSONDocument(Array(text.utf8)).root["judged"] == nil, "\(example.method)")
        }
    }

    @Test("An entry that documents a reserved name is a fault")
    func reservedName() async throws {
        let files = try folder([
            "demo.plain.put.yaml": Self.plain.replacing(
                "{name: note, type: String, required", with: "{name: session, type: String, required")
        ])
        let output = try await Stage.shared.line.run(["catalog", "check", files + "/demo.plain.put.yaml"])
        #expect(output.code == 2 && output.errors.contains("\"session\" is reserved"), "\(output)")
    }

    @Test("O4 and I7: an import proposes what tells success, and that a .get reads")
    func importProposes() async throws {
        let line = try await Stage.shared.line
        let folder = Repository.fixtures + "/pages"
        let reads = try await line.run(["catalog", "import", folder + "/taobao.user.vendor.info.get.txt"])
        #expect(reads.code == 0 && reads.errors.contains("for the overlay: reads: true"), "\(reads)")
        #expect(reads.text.contains("# for the overlay: reads: true"))
        let judged = try await line.run(["catalog", "import", folder + "/tmall.aliauto.carprofile.sync.txt"])
        #expect(judged.text.contains("outcome: {success: [{field: is_success, is: 'true'}]}"), "\(judged)")
    }

    @Test("Whatever import makes of the fixture pages is judged, or the import says that it is not")
    func fixturePages() async throws {
        let line = try await Stage.shared.line
        let target = try Watchdog.shared.makeFolder("imported")
        let pages = Repository.fixtures + "/pages"
        for name in try FileManager.default.contentsOfDirectory(atPath: pages) where name.hasSuffix(".txt") {
            let file = "\(target)/\(name.dropLast(4)).yaml"
            let output = try await line.run(["catalog", "import", "\(pages)/\(name)", "-o", file, "--allow-partial"])
            #expect(output.code == 0, "\(name): \(output)")
            let shown = try await line.run(["catalog", "show", "--json", file]).text
            let isJudged = try JSONDocument(Array(shown.utf8)).root["judged"] == nil
            #expect(isJudged == !output.errors.contains("tells success"), "\(name): \(output.errors)")
        }
    }
}

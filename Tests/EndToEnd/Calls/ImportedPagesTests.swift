import Foundation
import JSON
import TestSupport
import Testing

/// Pages that no entry of the catalog comes from: imported, served and called through the binary alone.
@Suite("Any method by its page", .bounded)
struct ImportedPagesTests {
    private static let folder = Repository.fixtures + "/pages"

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

    @Test("Is imported, shown, served and called, and what arrives is what the platform's own client would send")
    func isImported() async throws {
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

    private static func page(_ method: String) -> String { Command.read("\(folder)/\(method).txt") }

    @Test("That is cut short is imported as far as it goes, with what is missing and exit code 2")
    func thatIsCutShort() async throws {
        let folder = try Watchdog.shared.makeFolder("cut")
        let whole = Self.page("taobao.trade.memo.note.add")
        let place = try #require(whole.range(of: "req.setFlag"))
        try String(whole[..<place.lowerBound]).write(toFile: folder + "/cut.txt", atomically: true, encoding: .utf8)
        for (options, code) in [([], 2), (["--allow-partial"], 0)] as [([String], Int32)] {
            let file = "\(folder)/\(code).yaml"
            let output = try await Stage.shared.line.run(
                ["catalog", "import", folder + "/cut.txt", "-o", file] + options)
            #expect(output.code == code)
            #expect(output.errors.contains("the Java example ends before the call"), "\(output.errors)")
            #expect(output.errors.contains("is truncated") == (code == 2))
            #expect(Command.read(file).contains("notify_buyer"))
            #expect(try await Stage.shared.line.run(["catalog", "check", file]).code == 0)
        }
    }

    @Test("That is whole but lacks an example is imported with a warning and exit code 0")
    func thatIsWholeButLacks() async throws {
        let output = try await Stage.shared.line.run(
            ["catalog", "import", "\(Self.folder)/taobao.user.vendor.info.get.txt"])
        #expect(output.code == 0)
        #expect(output.errors.contains("the page has no Java example"))
    }

    @Test("That the platform calls, or that is none, is refused with a reason")
    func thatPlatformCalls() async throws {
        let folder = try Watchdog.shared.makeFolder("refused")
        let page = Self.page("taobao.trade.memo.note.add").replacing(
            "taobao.trade.memo.note.add (", with: "qimen.x.y (")
        for (text, reason) in [
            (page, "qimen.x.y is a call from the platform"), ("hello", "no line names a method"),
        ] {
            try text.write(toFile: folder + "/page.txt", atomically: true, encoding: .utf8)
            let output = try await Stage.shared.line.run(
                ["catalog", "import", folder + "/page.txt", "-o", folder + "/page.yaml"])
            #expect(output.code == 2)
            #expect(output.errors.contains(reason), "\(output.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/page.yaml"))
        }
    }
}

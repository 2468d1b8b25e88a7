import Foundation
import JSON
import TestSupport
import Testing

@Suite("The catalog's folder is followed while the relay runs")
struct DocsReloadTests {
    private static func entry(_ method: String, field: String = "words", session: String = "none") -> String {
        """
        method: \(method)
        session: \(session)
        request:
          - {name: \(field), type: String, required: true}
        response_root: test_response
        response:
          - {name: words, type: String}
        """
    }

    private static func write(_ text: String, _ path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// The problem that a dry run of a method ends with; `none` if it is accepted.
    private static func dryRun(_ relay: RelayProcess, _ method: String, _ body: String) async throws -> String {
        let answer = try await relay.post(
            "/v1/top/\(method)", body, token: try await Stage.shared.tokens.caller,
            headers: [("Top-Dry-Run", "true")])
        return answer.problem ?? (answer.status == 200 ? "none" : "status \(answer.status)")
    }

    @Test("Changed, added and removed files count as a whole; a broken one leaves the last good state in force")
    func plainFolder() async throws {
        let folder = try Watchdog.shared.makeFolder("catalog")
        try Self.write(Self.entry("taobao.test.one"), folder + "/taobao.test.one.yaml")
        let relay = try await Stage.shared.startRelay(["TOPRELAY_CATALOG": folder])
        defer { relay.child.kill() }
        #expect(try await Self.dryRun(relay, "taobao.test.one", #"{"words":"x"}"#) == "none")
        #expect(try await relay.get("/readyz").json["checks"]?["catalog"]?.string == "6 methods")

        try Self.write(Self.entry("taobao.test.one", field: "text"), folder + "/taobao.test.one.yaml")
        try Self.write(Self.entry("taobao.test.two"), folder + "/taobao.test.two.yaml")
        try await eventually("the change is in force") {
            try await Self.dryRun(relay, "taobao.test.two", #"{"words":"x"}"#) == "none"
        }
        #expect(try await Self.dryRun(relay, "taobao.test.one", #"{"words":"x"}"#) == "invalid-parameters")
        #expect(try await Self.dryRun(relay, "taobao.test.one", #"{"text":"x"}"#) == "none")

        try Self.write(Self.entry("taobao.test.three"), folder + "/taobao.test.three.yaml")
        try Self.write(Self.entry("taobao.test.two", session: "perhaps"), folder + "/taobao.test.two.yaml")
        try await eventually("the fault is in the metric") {
            try await relay.get("/metrics").text.contains("\ntoprelay_catalog_faults 1\n")
        }
        #expect(try await relay.get("/metrics").text.contains("\ntoprelay_catalog_entries 7\n"))
        let ready = try await relay.get("/readyz")
        #expect(ready.status == 200)
        #expect(ready.json["checks"]?["catalog"]?.string?.contains("taobao.test.two.yaml:2") == true, "\(ready)")
        #expect(relay.log.contains("taobao.test.two.yaml:2"))
        #expect(try await Self.dryRun(relay, "taobao.test.two", #"{"words":"x"}"#) == "none")
        #expect(try await Self.dryRun(relay, "taobao.test.three", #"{"words":"x"}"#) == "not-found")

        try FileManager.default.removeItem(atPath: folder + "/taobao.test.two.yaml")
        try await eventually("the mended folder is in force") {
            try await Self.dryRun(relay, "taobao.test.three", #"{"words":"x"}"#) == "none"
        }
        #expect(try await Self.dryRun(relay, "taobao.test.two", #"{"words":"x"}"#) == "not-found")
        #expect(try await relay.get("/metrics").text.contains("\ntoprelay_catalog_faults 0\n"))
        #expect(relay.log.components(separatedBy: "Catalog folder has faults").count == 2, "told once")
        #expect(try await relay.get("/openapi.json").json["paths"]?["/v1/top/taobao.test.three"] != nil)
    }

    @Test("A mounted ConfigMap is followed through the swap of its link, and calls go on meanwhile")
    func configMap() async throws {
        let folder = try Watchdog.shared.makeFolder("configmap")
        let files = FileManager.default
        func publish(_ version: String, _ texts: [String: String]) throws {
            try files.createDirectory(atPath: "\(folder)/..\(version)", withIntermediateDirectories: false)
            for (name, text) in texts { try Self.write(text, "\(folder)/..\(version)/\(name)") }
            try? files.removeItem(atPath: folder + "/..data_tmp")
            try files.createSymbolicLink(atPath: folder + "/..data_tmp", withDestinationPath: "..\(version)")
            #expect(rename(folder + "/..data_tmp", folder + "/..data") == 0)
        }
        try publish("1", ["taobao.test.map.yaml": Self.entry("taobao.test.map")])
        try files.createSymbolicLink(
            atPath: folder + "/taobao.test.map.yaml", withDestinationPath: "..data/taobao.test.map.yaml")
        let relay = try await Stage.shared.startRelay(["TOPRELAY_CATALOG": folder])
        defer { relay.child.kill() }
        #expect(try await Self.dryRun(relay, "taobao.test.map", #"{"words":"x"}"#) == "none")
        try publish("2", ["taobao.test.map.yaml": Self.entry("taobao.test.map", field: "texts")])
        try await eventually("the new version is in force") {
            let (old, new) = (
                try await Self.dryRun(relay, "taobao.test.map", #"{"words":"x"}"#),
                try await Self.dryRun(relay, "taobao.test.map", #"{"texts":"x"}"#)
            )
            #expect([old, new].allSatisfy { $0 == "none" || $0 == "invalid-parameters" })
            return new == "none"
        }
        #expect(try await relay.terminate() == .exited(0))
    }
}

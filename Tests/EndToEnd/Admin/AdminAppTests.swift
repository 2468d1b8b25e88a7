import Foundation
import JSON
import TestSupport
import Testing

@Suite("Apps are administered over HTTP", .bounded)
struct AdminAppTests {
    private static let key = "20000001"
    private static let secret = "planted-secret-of-main"

    private func unique() -> String { "app-" + Example.newMarker() }

    @Test("An app is made, shown without its secret, changed member by member, and removed")
    func appIsMadeChangedRemoved() async throws {
        let stage = try await Stage.shared
        let admin = try await Administrator(stage)
        let name = unique()
        let made = try await admin.put(
            "/apps/\(name)",
            #"{"app_key":"\#(Self.key)","secret":"\#(Self.secret)","methods":["no.such.*"],"params":["partner_id=p"]}"#)
        #expect(made.status == 201 && made["ETag"] != nil && !made.text.contains("planted"), "\(made)")
        #expect(made.json["fingerprint"]?.string?.count == 8 && made.json["default"]?.bool == false)
        #expect(made.json["author"]?.string?.hasPrefix("admin-") == true && made.json["created_at"] != nil)
        let changed = try await admin.put("/apps/\(name)", #"{"sign_method":"md5"}"#)
        #expect(changed.status == 200 && changed.json["sign_method"]?.string == "md5")
        #expect(changed.json["fingerprint"]?.string == made.json["fingerprint"]?.string)
        #expect(changed.json["params"]?.elements.map(\.string) == ["partner_id=p"])
        #expect(changed["ETag"] != made["ETag"])
        // The kept secret signs: the gateway checks it.
        try await eventually("calls of the app succeed") {
            try await stage.call(.rental(), app: name).status == 200
        }
        let shown = try await admin.get("/apps/\(name)")
        #expect(shown.status == 200 && shown["ETag"] == changed["ETag"] && shown["Cache-Control"] == "no-store")
        #expect(try await admin.send("DELETE", "/apps/\(name)").status == 204)
        #expect(try await admin.send("DELETE", "/apps/\(name)").problem == "not-found")
        #expect(try await admin.get("/apps/\(name)").problem == "not-found")
    }

    @Test("A change is made only if what is stored has the ETag, or does not exist")
    func preconditionsHold() async throws {
        let admin = try await Administrator(try await Stage.shared)
        let path = "/apps/" + unique()
        let body = #"{"app_key":"1","secret":"planted-s"}"#
        let absent = [(name: "If-None-Match", value: "*")]
        #expect(try await admin.put(path, body, headers: [("If-Match", "*")]).problem == "precondition-failed")
        let made = try await admin.put(path, body, headers: absent)
        #expect(made.status == 201)
        #expect(try await admin.put(path, body, headers: absent).problem == "precondition-failed")
        let tag = try #require(made["ETag"])
        let changed = try await admin.put(path, #"{"app_key":"2"}"#, headers: [("If-Match", "\"other\", \(tag)")])
        #expect(changed.status == 200)
        for header in [tag, "W/\(changed["ETag"] ?? "")"] {
            let refused = try await admin.put(path, #"{"app_key":"3"}"#, headers: [("If-Match", header)])
            #expect(refused.status == 412 && refused.problem == "precondition-failed", "\(header)")
            #expect(try await admin.send("DELETE", path, headers: [("If-Match", header)]).status == 412)
        }
        #expect(try await admin.put(path, body, headers: [("If-Match", "no quotes")]).problem == "malformed-request")
        #expect(try await admin.get(path).json["app_key"]?.string == "2")
        #expect(try await admin.send("DELETE", path, headers: [("If-Match", changed["ETag"] ?? "")]).status == 204)
    }

    @Test("What cannot be stored is refused with its place, and nothing changes")
    func faultsAreRefused() async throws {
        let admin = try await Administrator(try await Stage.shared)
        let path = "/apps/" + unique()
        let cases = [
            (#"{"app_key":"1"}"#, "/secret"), (#"{"secret":"planted-s"}"#, "/app_key"),
            (#"{"app_key":"1","secret":"planted-s","colour":"red"}"#, "/colour"),
            (#"{"app_key":"1","secret":"planted-s","author":"me"}"#, "/author"),
            (#"{"app_key":1,"secret":"planted-s"}"#, "/app_key"),
            (#"{"app_key":"1","secret":"planted-s","gateway":"http://gw.example/"}"#, "/gateway"),
            (#"{"app_key":"1","secret":"planted-s","sign_method":"sha1"}"#, "/sign_method"),
            (#"{"app_key":"1","secret":"planted-s","methods":["a","b c"]}"#, "/methods/1"),
            (#"{"app_key":"1","secret":"planted-s","params":["sign=1"]}"#, "/params"),
            (#"{"app_key":"1","secret":"planted-s","kind":"qimen-cloud"}"#, "/target_app_key"),
        ]
        for (body, pointer) in cases {
            let answer = try await admin.put(path, body)
            #expect(answer.status == 422 && answer.problem == "invalid-parameters", "\(body)")
            #expect(answer.json["errors"]?.elements.map { $0["pointer"]?.string } == [pointer], "\(answer)")
            #expect(!answer.text.contains("planted"))
        }
        #expect(try await admin.put(path, "{").problem == "malformed-request")
        #expect(try await admin.put("/apps/a%20b", #"{"app_key":"1","secret":"planted-s"}"#).status == 422)
        #expect(try await admin.get(path).status == 404)
        let text = try await admin.put(path, "{}", headers: [("Content-Type", "text/plain")])
        #expect(text.problem == "unsupported-media-type")
    }

    @Test("Only the scope admin opens it, and other HTTP methods are refused with what is allowed")
    func scopeAndMethods() async throws {
        let stage = try await Stage.shared
        let admin = try await Administrator(stage)
        for token in [stage.tokens.caller, stage.tokens.auditor] {
            #expect(try await stage.relay.get("/v1/admin/apps", token: token).problem == "forbidden")
        }
        #expect(try await stage.relay.get("/v1/admin/apps").problem == "unauthenticated")
        let refused = try await admin.send("POST", "/apps/main", "{}")
        #expect(refused.status == 405 && refused["Allow"] == "GET, HEAD, PUT, DELETE")
        #expect(try await admin.send("DELETE", "/apps")["Allow"] == "GET, HEAD")
        #expect(try await admin.get("/nowhere").problem == "not-found")
        let unknown = try await admin.get("/apps?colour=red")
        #expect(unknown.problem == "malformed-request")
    }

    @Test("Lists have pages, which a cursor continues")
    func listsHavePages() async throws {
        let stage = try await Stage.shared
        let admin = try await Administrator(stage)
        var names: [String] = []
        var cursor = ""
        repeat {
            let page = try await admin.get("/apps?limit=3" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
            #expect(page.status == 200 && page.json["pagination"]?["limit"]?.lexeme == "3")
            names += page.json["data"]?.elements.compactMap { $0["name"]?.string } ?? []
            cursor = page.json["pagination"]?["next"]?.string ?? ""
        } while !cursor.isEmpty
        #expect(names == names.sorted() && Set(names).count == names.count)
        #expect(Set(StageApp.all.map(\.name)).isSubset(of: names))
        for wrong in ["zz", "6d61696e1f61"] {
            #expect(try await admin.get("/apps?cursor=\(wrong)").problem == "malformed-request")
        }
    }

    @Test("Paused calls are refused before anything is sent, by app and by method, until they are resumed")
    func pausesAndResumes() async throws {
        let stage = try await Stage.make()
        let admin = try await Administrator(stage)
        #expect(try await admin.send("POST", "/apps/main/pause", #"{"method":"alitrip.*"}"#).status == 200)
        try await eventually("the method is paused") {
            try await stage.call(.rental(), app: "main").problem == "paused"
        }
        let example = Example.rental()
        let refused = try await stage.call(example, app: "main", headers: [("X-Request-Id", example.marker)])
        #expect(refused.status == 503 && refused["Retry-After"] == "30" && refused.outcome == nil)
        #expect(refused.json["retryable"]?.bool == true)
        #expect(try await stage.traces(of: example.marker) == 0)
        #expect(try await stage.call(.carProfile(), app: "main").status == 200)
        #expect(try await stage.call(.rental(), app: "main", headers: [("Top-Dry-Run", "true")]).status == 200)
        let whole = try await admin.send("POST", "/apps/main/pause")
        #expect(whole.json["paused"]?.bool == true)
        try await eventually("the app is paused") {
            try await stage.call(.carProfile(), app: "main").problem == "paused"
        }
        #expect(try await stage.line.succeed(["app", "list"]).contains("yes"))
        try await stage.line.succeed(["app", "resume", "main"])
        try await eventually("everything is resumed") {
            try await stage.call(.rental(), app: "main").status == 200
        }
        let resumed = try await admin.get("/apps/main")
        #expect(resumed.json["paused"]?.bool == false && resumed.json["paused_methods"]?.count == 0)
        #expect(try await admin.send("POST", "/apps/nobody/pause").problem == "not-found")
        #expect(try await admin.send("POST", "/apps/main/pause", #"{"method":"a b"}"#).status == 422)
        await stage.stop()
    }
}

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Sessions are administered over HTTP", .bounded)
struct AdminSessionTests {
    private static let session = "planted-session-of-main"

    @Test("A session is made, used by both replicas, changed, shown without its key, and removed")
    func sessionIsMadeUsedRemoved() async throws {
        let stage = try await Stage.make()
        let second = try await stage.startRelay()
        let admin = try await Administrator(stage)
        let path = "/apps/main/sessions/" + Planted.urlEncoded("新店/一号")
        let made = try await admin.put(path, #"{"session":"\#(Self.session)"}"#)
        #expect(made.status == 201 && made.json["seller"]?.string == "新店/一号", "\(made)")
        #expect(made.json["state"]?.string == "valid" && made.json["expires_at"] == nil)
        #expect(!made.text.contains("planted"))
        for relay in [stage.relay, second] {
            try await eventually("the session works", within: .seconds(10)) {
                let example = Example.carProfile()
                return try await relay.post(
                    example.path, example.body, token: stage.tokens.caller,
                    headers: [("Top-App", "main"), ("Top-Seller", "新店/一号")]
                ).status == 200
            }
        }
        let ended = try await admin.put(path, #"{"expires_at":"2020-01-01T00:00:00Z"}"#)
        #expect(ended.status == 200 && ended.json["state"]?.string == "expired")
        #expect(ended.json["fingerprint"]?.string == made.json["fingerprint"]?.string)
        let other = try await admin.put(path, #"{"session":"planted-another"}"#)
        #expect(other.json["expires_at"]?.string == "2020-01-01T00:00:00.000Z")
        #expect(other.json["fingerprint"]?.string != made.json["fingerprint"]?.string)
        let list = try await admin.get("/sessions?expiring_within=7d")
        #expect(list.json["data"]?.elements.compactMap { $0["seller"]?.string } == ["新店/一号"])
        #expect(try await admin.put(path, #"{"expires_at":null}"#).json["expires_at"] == nil)
        let stale = try await admin.put(path, "{}", headers: [("If-Match", made["ETag"] ?? "")])
        #expect(stale.problem == "precondition-failed")
        #expect(try await admin.send("DELETE", path).status == 204)
        #expect(try await admin.send("DELETE", path).problem == "not-found")
        await stage.stop()
    }

    @Test("A session that cannot be stored is refused, and nothing is stored")
    func faultsAreRefused() async throws {
        let admin = try await Administrator(try await Stage.shared)
        let path = "/apps/main/sessions/" + Example.newMarker()
        let long = String(repeating: "s", count: 5 << 10)
        for (body, pointer) in [
            ("{}", "/session"), (#"{"session":"\#(long)"}"#, "/session"), (#"{"session":"a b"}"#, "/session"),
            (#"{"session":"s","expires_at":"tomorrow"}"#, "/expires_at"), (#"{"session":"s","x":1}"#, "/x"),
        ] {
            let answer = try await admin.put(path, body)
            #expect(answer.status == 422, "\(body.prefix(40)): \(answer)")
            #expect(answer.json["errors"]?.elements.map { $0["pointer"]?.string } == [pointer])
        }
        #expect(try await admin.get(path).problem == "not-found")
        #expect(try await admin.put("/apps/nobody/sessions/x", #"{"session":"s"}"#).problem == "not-found")
        #expect(try await admin.get("/apps/nobody/sessions").problem == "not-found")
        #expect(try await admin.get("/sessions?expiring_within=soon").problem == "malformed-request")
    }

    @Test("Each line of an import is stored on its own and answered, whatever the other lines are")
    func importAnswersEachLine() async throws {
        let stage = try await Stage.make()
        let admin = try await Administrator(stage)
        let answer = try await admin.putSessions(
            "main",
            [
                #"{"seller":"one","session":"\#(Self.session)","expires_at":"2099-01-01T00:00:00Z"}"#,
                #"{"seller":"two","session":"\#(Self.session)"#, "", #"{"seller":"shop","expires_at":null}"#,
                #"{"session":"\#(Self.session)"}"#, #"{"seller":"three"}"#, #"{"seller":"four","sesion":"x"}"#,
                #"{"seller":"five","session":"\#(Self.session)","default":true}"#,
            ])
        #expect(answer.status == 200 && answer["Content-Type"] == "application/x-ndjson", "\(answer)")
        let lines = Administrator.lines(answer)
        #expect(lines.map { $0["status"]?.lexeme } == ["201", "400", "200", "422", "422", "422", "201"])
        #expect(lines.map { $0["seller"]?.string } == ["one", nil, "shop", "", "three", "four", "five"])
        #expect(lines.allSatisfy { ($0["detail"] == nil) == ["200", "201"].contains($0["status"]?.lexeme) })
        #expect(!answer.text.contains("planted"))
        let list = try await admin.get("/apps/main/sessions?limit=1000")
        let sellers = Set(list.json["data"]?.elements.compactMap { $0["seller"]?.string } ?? [])
        #expect(sellers.isSuperset(of: ["one", "five"]) && sellers.isDisjoint(with: ["two", "three", "four"]))
        try await eventually("the new default session is in force") {
            try await stage.call(.carProfile(), app: "main").json["outcome"]?.string == "success"
        }
        #expect(try await admin.putSessions("nobody", ["{}"]).problem == "not-found")
        let other = try await admin.put("/apps/main/sessions", "{}", headers: [("Content-Type", "text/csv")])
        #expect(other.problem == "unsupported-media-type")
        await stage.stop()
    }

    @Test("Many sessions in one request reach both replicas with few loads of the vault")
    func importOfManySessions() async throws {
        let stage = try await Stage.make(["TOPRELAY_LOG_LEVEL": "info"])
        let second = try await stage.startRelay()
        let admin = try await Administrator(stage)
        let count = 2000
        let loads = { (relay: RelayProcess) in relay.log.components(separatedBy: "Loaded the vault").count - 1 }
        let before = [stage.relay, second].map(loads)
        let start = ContinuousClock.now
        let answer = try await admin.putSessions(
            "main", (1...count).map { #"{"seller":"many-\#($0)","session":"\#(Self.session)"}"# })
        #expect(Administrator.lines(answer).count { $0["status"]?.lexeme == "201" } == count)
        for relay in [stage.relay, second] {
            try await eventually("the last session works", within: .seconds(10)) {
                let example = Example.carProfile()
                return try await relay.post(
                    example.path, example.body, token: stage.tokens.caller,
                    headers: [("Top-App", "main"), ("Top-Seller", "many-\(count)")]
                ).status == 200
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        for (relay, before) in zip([stage.relay, second], before) {
            // Loads keep a distance of 250 ms, and the loads themselves take time.
            #expect(Double(loads(relay) - before) <= seconds * 4 + 2)
        }
        let rows = try await stage.query(
            "SELECT count(*) AS n FROM vault.events WHERE action = 'session.put' AND object LIKE 'main/many-%'")
        #expect(rows.first?["n"]?.lexeme == "\(count)")
        await stage.stop()
    }
}

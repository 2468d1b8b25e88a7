import Foundation
import JSON
import TestSupport
import Testing

@Suite("Bans are shared, and changes are on record", .bounded)
struct AdminRecordTests {
    @Test("A ban holds in every replica and after a restart, until it is lifted")
    func banIsShared() async throws {
        let stage = try await Stage.make()
        let second = try await stage.startRelay()
        let admin = try await Administrator(stage)
        let first = Example.carProfile()
        try await stage.gateway.order(
            """
            {"contains":"\(first.marker)","kind":"ban","seconds":300,\
            "sub_code":"accesscontrol.limited-by-app-access-count"}
            """)
        #expect(try await stage.call(first, app: "banned").problem == "throttled")
        let refusedBy = { (relay: RelayProcess) in
            let example = Example.rental()
            let answer = try await relay.post(
                example.path, example.body, token: stage.tokens.caller, headers: [("Top-App", "banned")])
            return answer.problem == "throttled" && answer.outcome == nil
        }
        try await eventually("the other replica refuses", within: .seconds(10)) { try await refusedBy(second) }
        let third = try await stage.startRelay()
        try await eventually("a new replica refuses", within: .seconds(10)) { try await refusedBy(third) }
        let list = try await admin.get("/bans?app=banned")
        let ban = try #require(list.json["data"]?.elements.map { $0 }.first)
        #expect(ban["app"]?.string == "banned" && ban["method"] == nil && ban["ends_at"] != nil)
        #expect(ban["code"]?.string == "accesscontrol.limited-by-app-access-count")
        #expect(try await stage.line.succeed(["ban", "list"]).contains("banned"))
        #expect(try await admin.send("DELETE", "/bans").problem == "malformed-request")
        #expect(try await admin.send("DELETE", "/bans?app=main").problem == "not-found")
        #expect(try await admin.send("DELETE", "/bans?app=banned&method=a.b").problem == "not-found")
        #expect(try await admin.send("DELETE", "/bans?app=banned").status == 204)
        for relay in [stage.relay, second, third] {
            try await eventually("the ban is lifted", within: .seconds(10)) { try await !refusedBy(relay) }
        }
        #expect(try await admin.get("/bans").json["data"]?.count == 0)
        // The vault was not loaded for it.
        #expect(third.log.components(separatedBy: "Loaded the vault").count == 2)
        await stage.stop()
    }

    @Test("A ban of a method is lifted by the command line; a seller's limit bans nothing")
    func banOfMethodIsLifted() async throws {
        let stage = try await Stage.make()
        let first = Example.carProfile()
        try await stage.gateway.order(#"{"contains":"\#(first.marker)","kind":"ban","seconds":300}"#)
        #expect(try await stage.call(first, app: "banned-method").problem == "throttled")
        try await eventually("the ban is recorded") {
            try await stage.line.succeed(["ban", "list"]).contains(first.method)
        }
        let wrong = try await stage.line.run(["ban", "lift", "banned-method", "--method", "a.b"])
        #expect(wrong.code == 1)
        try await stage.line.succeed(["ban", "lift", "banned-method", "--method", first.method])
        try await eventually("the ban is lifted") {
            try await stage.call(.carProfile(), app: "banned-method").status == 200
        }
        let limited = Example.carProfile()
        try await stage.gateway.order(
            """
            {"contains":"\(limited.marker)","kind":"custom","body":"{\\"error_response\\":{\\"code\\":\
            \\"SellerCallLimit\\",\\"msg\\":\\"This ban will last for 300 more seconds\\"}}"}
            """)
        _ = try await stage.call(limited, app: "banned-method")
        #expect(try await stage.call(.carProfile(), app: "banned-method").status == 200)
        await stage.stop()
    }

    @Test("Every change and every reading of a body is listed with who, from where, what and when")
    func changesAreListed() async throws {
        let stage = try await Stage.make()
        let admin = try await Administrator(stage)
        #expect(
            try await admin.put(
                "/apps/fresh", #"{"app_key":"1","secret":"planted-s"}"#,
                headers: [
                    ("X-Forwarded-For", "10.1.2.3")
                ]
            ).status == 201)
        #expect(try await admin.put("/apps/fresh/sessions/s", #"{"session":"planted-k"}"#).status == 201)
        #expect(try await admin.send("POST", "/apps/fresh/pause", #"{"method":"a.*"}"#).status == 200)
        #expect(try await admin.send("DELETE", "/apps/fresh").status == 204)
        try await stage.line.succeed(["app", "pause", "main", "--method", "x.*"])
        let token = try await stage.line.token("reader", ["--scope", "audit:unmask"])
        let id = try #require(try await stage.call(.rental(), app: "main").id)
        try await eventually("the request is unmasked") {
            try await stage.relay.post("/v1/audit/calls/\(id)/unmask", #"{"reason":"r"}"#, token: token).status == 200
        }
        let answer = try await admin.get("/events?limit=7")
        let events = Array(try #require(answer.json["data"]).elements)
        #expect(
            events.map { $0["action"]?.string } == [
                "call.unmask", "token.create", "app.pause", "app.remove", "app.pause", "session.put", "app.put",
            ])
        #expect(events.map { $0["object"]?.string } == [id, "reader", "main", "fresh", "fresh", "fresh/s", "fresh"])
        #expect(events[0]["actor"]?.string == "reader" && events[0]["origin"]?.string == "127.0.0.1")
        #expect(events[2]["actor"]?.string?.hasPrefix("admin-") == false && events[2]["origin"]?.string != "")
        #expect(events[6]["actor"]?.string?.hasPrefix("admin-") == true)
        #expect(events[6]["origin"]?.string == "127.0.0.1, X-Forwarded-For: 10.1.2.3")
        #expect(events[6]["detail"]?["created"]?.bool == true && events[6]["at"]?.string != nil)
        #expect(events[6]["detail"]?["given"]?.elements.map(\.string) == ["app_key", "secret"])
        #expect(!answer.text.contains("planted"))
        let next = try #require(answer.json["pagination"]?["next"]?.string)
        let older = try await admin.get("/events?limit=1&cursor=\(next)")
        #expect(older.json["data"]?.elements.map { $0["action"]?.string } == ["token.create"])
        await stage.stop()
    }

    @Test("The state of the catalog is shown")
    func catalogIsShown() async throws {
        let admin = try await Administrator(try await Stage.shared)
        let state = try await admin.get("/catalog")
        #expect(state.status == 200 && (state.json["methods"]?.integer ?? 0) >= 5)
        #expect(state.json["faults"]?.count == 0 && state.json["folder"] == nil)
    }

    @Test("While PostgreSQL is away a change is refused, and works again when it is back")
    func outageRefusesChanges() async throws {
        let stage = try await Stage.makeApart()
        let admin = try await Administrator(stage)
        try await stage.cluster.stop()
        let refused = try await admin.put("/apps/late", #"{"app_key":"1","secret":"planted-s"}"#)
        #expect(refused.status == 503 && refused.problem == "audit-unavailable" && refused["Retry-After"] != nil)
        try await stage.cluster.start()
        try await eventually("changes are possible again") {
            try await admin.put("/apps/late", #"{"app_key":"1","secret":"planted-s"}"#).status == 201
        }
        await stage.stop()
    }
}

import JSON
import TestSupport
import Testing

@Suite("Bans of TOP", .bounded)
struct BanTests {
    @Test("A ban of the app refuses its every call, without a row, in every worker")
    func banOfAppRefuses() async throws {
        let stage = try await Stage.shared
        let first = Example.carProfile()
        try await stage.gateway.order(
            """
            {"contains":"\(first.marker)","kind":"ban","seconds":300,\
            "sub_code":"accesscontrol.limited-by-app-access-count"}
            """)
        let answer = try await stage.call(first, app: "banned")
        #expect(answer.problem == "throttled")
        #expect(answer.status == 429)
        #expect(answer.outcome == "throttled")
        #expect(answer["Retry-After"] == "301")
        #expect(answer.json["retryable"]?.bool == true)
        #expect(try await stage.trail(id: answer.id)?.outcome == "throttled")
        for _ in 0..<4 {
            let next = Example.rental()
            let refused = try await stage.call(next, app: "banned", headers: [("X-Request-Id", next.marker)])
            #expect(refused.problem == "throttled")
            #expect(refused.outcome == nil)
            #expect((1...330).contains(refused["Retry-After"].flatMap { Int($0) } ?? 0))
            #expect(try await stage.traces(of: next.marker) == 0)
        }
        #expect(try await stage.call(.carProfile(), app: "main").status == 200)
    }

    @Test("A ban ends")
    func banEnds() async throws {
        let stage = try await Stage.shared
        let first = Example.carProfile()
        try await stage.gateway.order(#"{"contains":"\#(first.marker)","kind":"ban","seconds":1}"#)
        #expect(try await stage.call(first, app: "banned-briefly").problem == "throttled")
        try await eventually("the ban is over") {
            try await stage.call(.carProfile(), app: "banned-briefly").status == 200
        }
    }

    @Test("Other bans hold for the method alone")
    func otherBansHoldForMethod() async throws {
        let stage = try await Stage.shared
        let first = Example.carProfile()
        try await stage.gateway.order(#"{"contains":"\#(first.marker)","kind":"ban","seconds":600}"#)
        let answer = try await stage.call(first, app: "banned-method")
        #expect(answer.problem == "throttled")
        #expect(answer["Retry-After"] == "601")
        for _ in 0..<2 {
            #expect(try await stage.call(.carProfile(), app: "banned-method").problem == "throttled")
            #expect(try await stage.call(.lease(), app: "banned-method").status == 200)
        }
        let preview = try await stage.call(
            .carProfile(), app: "banned-method", headers: [("Top-Dry-Run", "true")])
        #expect(preview.status == 200)
    }
}

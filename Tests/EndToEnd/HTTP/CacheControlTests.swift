import JSON
import TestSupport
import Testing

@Suite("Replies with data of calls are not stored", .bounded)
struct CacheControlTests {
    @Test("Calls, own calls and everything of the audit trail have Cache-Control: no-store")
    func noStore() async throws {
        let stage = try await Stage.shared
        let call = try await stage.call(.rental())
        let id = try #require(call.id)
        var answers = [call, try await stage.relay.get("/v1/calls/\(id)", token: stage.tokens.caller)]
        for path in [
            "calls?limit=1", "calls/\(id)", "refusals?limit=1", "stats?bucket=all", "export?limit=1",
        ] {
            answers.append(try await stage.relay.get("/v1/audit/\(path)", token: stage.tokens.auditor))
        }
        answers.append(
            try await stage.relay.post(
                "/v1/audit/calls/\(id)/notes", #"{"text":"seen"}"#, token: stage.tokens.auditor))
        for answer in answers {
            #expect(answer.headers.filter { $0.name == "cache-control" }.map(\.value) == ["no-store"], "\(answer)")
        }
        #expect(answers.dropLast().allSatisfy { $0.status == 200 } && answers.last?.status == 201)
    }
}

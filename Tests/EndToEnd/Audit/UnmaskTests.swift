import Foundation
import JSON
import TestSupport
import Testing

@Suite("Full requests are opened on record only", .bounded)
struct UnmaskTests {
    private static let reason = #"{"reason":"投诉 4711"}"#

    private func path(_ id: String) -> String { "/v1/audit/calls/\(id)/unmask" }

    private func unmasker(_ stage: Stage, _ options: [String] = []) async throws -> String {
        try await stage.line.token("unmasker-" + Example.newMarker(), ["--scope", "audit:unmask"] + options)
    }

    @Test("What was sent is shown as it was sent, never cached, and the call says who saw it")
    func whatWasSentIsShown() async throws {
        let stage = try await Stage.shared
        let token = try await unmasker(stage)
        for example in Example.all {
            let id = try #require(try await stage.call(example).json["id"]?.string)
            try await eventually("the token is known") {
                try await stage.relay.post(path(id), Self.reason, token: token).status != 401
            }
            let before = try await openings(of: id, stage).count
            let answer = try await stage.relay.post(path(id), Self.reason, token: token)
            #expect(answer.status == 200 && answer["Cache-Control"] == "no-store")
            #expect(answer.json["id"]?.string == id && answer.json["method"]?.string == example.method)
            let shown = try #require(answer.json["parameters"])
            #expect(shown.count == example.expected.count)
            for (name, value) in example.expected { #expect(shown[name]?.string == value) }
            let after = try await openings(of: id, stage)
            #expect(after.count == before + 1 && after.last?["reason"]?.string == "投诉 4711")
            #expect(after.last?["opener"]?.string?.hasPrefix("unmasker-") == true && after.last?["at"]?.string != nil)
        }
    }

    private func openings(of id: String, _ stage: Stage) async throws -> [JSONValue] {
        let call = try await stage.relay.get("/v1/audit/calls/\(id)", token: stage.tokens.auditor)
        return Array(try #require(call.json["openings"]).elements)
    }

    @Test("No other scope opens it, nor a token of other apps or methods, and nothing is on record then")
    func noOtherScopeOpens() async throws {
        let stage = try await Stage.shared
        let id = try #require(try await stage.call(.carProfile()).json["id"]?.string)
        let (otherApp, otherMethod) = (
            try await unmasker(stage, ["--app", "by-md5"]), try await unmasker(stage, ["--method", "taobao.*"])
        )
        try await eventually("the tokens are known") {
            try await stage.relay.post(path(id), Self.reason, token: otherMethod).status == 403
        }
        for token in [stage.tokens.caller, stage.tokens.auditor, otherApp, otherMethod] {
            let answer = try await stage.relay.post(path(id), Self.reason, token: token)
            #expect(answer.status == 403 && answer.json["parameters"] == nil)
        }
        #expect(try await stage.relay.post(path(id), Self.reason, token: nil).status == 401)
        #expect(try await stage.relay.get(path(id), token: otherApp).status == 405)
        #expect(try await openings(of: id, stage).isEmpty)
    }

    @Test("A reason must be given, of a length that is kept, and personal numbers in it are masked")
    func reasonMustBeGiven() async throws {
        let stage = try await Stage.shared
        let token = try await unmasker(stage)
        let id = try #require(try await stage.call(.carProfile()).json["id"]?.string)
        try await eventually("the token is known") {
            try await stage.relay.post(path(id), "{}", token: token).status != 401
        }
        let long = String(repeating: "因", count: 501)
        for body in ["{}", #"{"reason":""}"#, #"{"reason":" "}"#, #"{"reason":"\#(long)"}"#, #"{"reason":1}"#, "[]"] {
            #expect(try await stage.relay.post(path(id), body, token: token).status == 422)
        }
        #expect(try await stage.relay.post(path(id), #"{"reason":"a","x":1}"#, token: token).status == 422)
        #expect(try await stage.relay.post(path(id), "", token: token).status == 400)
        #expect(try await stage.relay.post(path(id) + "?x=1", Self.reason, token: token).status == 400)
        #expect(try await openings(of: id, stage).isEmpty)
        let told = #"{"reason":"13812345678 called"}"#
        #expect(try await stage.relay.post(path(id), told, token: token).status == 200)
        #expect(try await openings(of: id, stage).map { $0["reason"]?.string } == ["138****5678 called"])
    }

    @Test("Unknown, gone and never kept are told apart, and with 0 days nothing is written")
    func unknownGoneAndNever() async throws {
        let stage = try await Stage.make(["TOPRELAY_RETENTION_SEALED": "0"])
        let token = try await unmasker(stage)
        let id = try #require(try await stage.call(.carProfile()).json["id"]?.string)
        try await eventually("the token is known") {
            try await stage.relay.post(path(id), Self.reason, token: token).status != 401
        }
        let never = try await stage.relay.post(path(id), Self.reason, token: token)
        #expect(
            never.status == 404 && never.json["detail"]?.string?.contains("no longer kept, or was never kept") == true)
        #expect(try await stage.query("SELECT count(*) AS n FROM audit.sealed").first?["n"]?.lexeme == "0")
        let unknown = try await stage.relay.post(
            path("01890a5d-ac96-774b-bcce-b302099a8057"), Self.reason, token: token)
        #expect(unknown.status == 404 && unknown.json["detail"]?.string == "There is no such call.")
        try await stage.cluster.execute(
            "DO $$BEGIN EXECUTE 'DROP TABLE audit.sealed_' || to_char(audit.day(now()), 'YYYYMMDD'); END$$",
            in: stage.database)
        let gone = try await stage.relay.post(path(id), Self.reason, token: token)
        #expect(gone.status == 404 && gone.json["detail"]?.string?.hasSuffix("is no longer kept.") == true)
        await stage.stop()
    }

    @Test("What cannot be recorded is not shown; what another key sealed is lost, and a call that was cut is there")
    func whatCannotBeRecorded() async throws {
        let stage = try await Stage.make(["TOPRELAY_CALL_TIMEOUT": "2"])
        let token = try await unmasker(stage)
        let example = Example.carProfile(phone: "13898765432")
        try await stage.gateway.order(#"{"contains":"\#(example.marker)","kind":"cut"}"#)
        let cut = try await stage.call(example)
        #expect(cut.status == 504)
        let id = try #require(cut.json["id"]?.string)
        try await eventually("the token is known") {
            try await stage.relay.post(path(id), "{}", token: token).status != 401
        }
        try await stage.cluster.execute("ALTER TABLE audit.openings RENAME TO hidden", in: stage.database)
        let refused = try await stage.relay.post(path(id), Self.reason, token: token)
        #expect(refused.status == 503 && !refused.text.contains("13898765432"))
        try await stage.cluster.execute("ALTER TABLE audit.hidden RENAME TO openings", in: stage.database)
        let opened = try await stage.relay.post(path(id), Self.reason, token: token)
        #expect(opened.json["parameters"]?["phone"]?.string == "13898765432")
        let shown = try await stage.line.succeed(["audit", "unmask", id, "--reason", "看一下"])
        #expect(shown.contains(#""phone":"13898765432""#))
        #expect(try await openings(of: id, stage).last?["opener"]?.string?.hasPrefix("command line: ") == true)
        try await stage.cluster.execute("UPDATE audit.sealed SET sealed = set_byte(sealed, 2, 1)", in: stage.database)
        let lost = try await stage.relay.post(path(id), Self.reason, token: token)
        #expect(lost.status == 404 && lost.json["detail"]?.string?.contains("another master key") == true)
        await stage.stop()
    }
}

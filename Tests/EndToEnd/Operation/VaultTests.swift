import Foundation
import JSON
import TestSupport
import Testing

@Suite("Changes in the vault reach every replica", .bounded)
struct VaultTests {
    /// Asks both replicas until both give the expected result. The limit is far under the 30 s of the vault's full
    /// check.
    private func everywhere(
        _ stage: Stage, _ second: RelayProcess, _ what: String, token: String, app: String? = nil,
        seller: String? = nil, holds: (HTTPAnswer) -> Bool
    ) async throws {
        var headers: [(name: String, value: String)] = []
        if let app { headers.append(("Top-App", app)) }
        if let seller { headers.append(("Top-Seller", seller)) }
        for relay in [stage.relay, second] {
            try await eventually(what, within: .seconds(10)) {
                let example = Example.carProfile()
                return holds(try await relay.post(example.path, example.body, token: token, headers: headers))
            }
        }
    }

    @Test("Tokens, apps and sessions, in two replicas")
    func tokensAppsAndSessions() async throws {
        let stage = try await Stage.make()
        let second = try await stage.startRelay()
        let line = stage.line
        let token = try await line.token("newcomer", ["--scope", "relay"])
        try await everywhere(stage, second, "the token works", token: token) { $0.status == 200 }
        try await line.succeed(["token", "rm", "newcomer"])
        try await everywhere(stage, second, "the token is revoked", token: token) { $0.problem == "unauthenticated" }

        let caller = stage.tokens.caller
        try await line.succeed(["session", "put", "main", "new", "--session-stdin"], input: "planted-session-of-main")
        try await everywhere(stage, second, "the session is there", token: caller, seller: "new") { $0.status == 200 }
        try await line.succeed(
            ["session", "put", "main", "new", "--session-stdin", "--expires-at", "2020-01-01T00:00:00Z"],
            input: "planted-session-of-main")
        try await everywhere(stage, second, "the session has expired", token: caller, seller: "new") {
            $0.problem == "session-invalid" && $0.outcome == nil && $0.text.contains("expired")
        }
        try await line.succeed(["session", "rm", "main", "new"])
        try await everywhere(stage, second, "the session is gone", token: caller, seller: "new") {
            $0.problem == "session-invalid" && $0.text.contains("no session")
        }

        var changed = StageApp("by-md5", key: "20000002", signMethod: "md5")
        changed.secret = "planted-but-wrong"
        try await line.put(changed)
        try await everywhere(stage, second, "the secret is another", token: caller, app: "by-md5") {
            $0.problem == "relay-misconfigured" && $0.json["top"]?["code"]?.string == "25"
        }
        try await line.put(StageApp("by-md5", key: "20000002", signMethod: "hmac"))
        try await everywhere(stage, second, "the secret is right again", token: caller, app: "by-md5") {
            $0.status == 200
        }
        try await line.succeed(["app", "rm", "by-md5"])
        try await everywhere(stage, second, "the app is gone", token: caller, app: "by-md5") {
            $0.problem == "forbidden"
        }
        await stage.stop()
    }

    @Test("A token and a session end when their time has come, without any change")
    func tokenAndSessionEnd() async throws {
        let stage = try await Stage.make()
        let soon = ISO8601DateFormatter().string(from: Date().addingTimeInterval(4))
        let token = try await stage.line.token("brief", ["--scope", "relay", "--expires-at", soon])
        try await stage.line.succeed(
            ["session", "put", "main", "brief", "--session-stdin", "--expires-at", soon],
            input: "planted-session-of-main")
        try await eventually("the token has expired") {
            let example = Example.rental()
            let answer = try await stage.relay.post(example.path, example.body, token: token)
            return answer.problem == "unauthenticated" && answer.text.contains("expired")
        }
        try await eventually("the session has expired") {
            let answer = try await stage.call(.carProfile(), seller: "brief")
            return answer.problem == "session-invalid" && answer.text.contains("expired")
        }
        await stage.stop()
    }

    @Test("A sealed blob that is moved to another row, or damaged, does not open, and harms no other")
    func movedBlob() async throws {
        let stage = try await Stage.make()
        try await stage.cluster.execute(
            """
            UPDATE vault.sessions SET session_sealed =
              (SELECT session_sealed FROM vault.sessions WHERE app = 'by-md5' AND seller = 'shop')
              WHERE app = 'main' AND seller = 'stale';
            UPDATE vault.apps SET secret_sealed = set_byte(secret_sealed, 30, get_byte(secret_sealed, 30) # 1)
              WHERE name = 'by-hmac';
            """, in: stage.database)
        try await eventually("the moved session is refused", within: .seconds(10)) {
            let answer = try await stage.call(.carProfile(), seller: "stale")
            return answer.problem == "session-invalid" && answer.outcome == nil
        }
        try await eventually("the damaged app is refused", within: .seconds(10)) {
            let answer = try await stage.call(.carProfile(), app: "by-hmac")
            return answer.problem == "relay-misconfigured" && answer.outcome == nil
        }
        #expect(try await stage.call(.carProfile()).status == 200)
        #expect(await stage.relay.readiness() == 200)
        #expect(stage.relay.log.contains("Vault row cannot be used"))
        #expect(stage.relay.log.contains("vault.apps/by-hmac") && stage.relay.log.contains("vault.sessions/main/stale"))
        await stage.stop()
    }

    @Test("Which app a call uses: named, the only one, the default, the one bound to the method")
    func whichAppCallUses() async throws {
        let stage = try await Stage.make(bare: true)
        let line = stage.line
        let token = try await line.token("caller", ["--scope", "relay"])
        func call(_ example: Example, app: String? = nil) async throws -> (HTTPAnswer, String?) {
            let headers = app.map { [(name: "Top-App", value: $0)] } ?? []
            let answer = try await stage.relay.post(example.path, example.body, token: token, headers: headers)
            return (answer, stage.gateway.calls(with: example.marker).first?.parameters["app_key"])
        }
        func wait(_ example: @escaping () -> Example, uses key: String?) async throws {
            try await eventually("\(example().method) uses \(key ?? "none")", within: .seconds(10)) {
                try await call(example()).1 == key
            }
        }
        try await eventually("the token is known", within: .seconds(10)) {
            try await call(.rental()).0.problem == "malformed-request"
        }
        #expect(try await call(.rental()).0.text.contains("Top-App"))
        var one = StageApp("one", key: "20000001")
        one.secret = StageApp.all[0].secret
        one.sessions = [("only", StageApp.all[0].sessions[0].key)]
        try await line.put(one)
        try await wait({ .rental() }, uses: "20000001")
        try await line.succeed(["session", "rm", "one", "only"])
        try await line.succeed(["session", "put", "one", "a", "--session-stdin"], input: one.sessions[0].key)
        try await eventually("the only session is used", within: .seconds(10)) {
            try await call(.carProfile()).0.status == 200
        }
        try await line.succeed(["session", "put", "one", "b", "--session-stdin"], input: one.sessions[0].key)
        try await eventually("two sessions need a name", within: .seconds(10)) {
            let answer = try await call(.carProfile()).0
            return answer.problem == "session-invalid" && answer.text.contains("Top-Seller")
        }
        var two = StageApp("by-md5", key: "20000002", signMethod: "md5")
        two.options = ["--method", "taobao.logistics.*"]
        try await line.put(two)
        try await wait({ .address() }, uses: "20000002")
        #expect(try await call(.rental()).1 == "20000001")
        #expect(try await call(.address(), app: "one").1 == "20000001")
        two.options.append("--default")
        try await line.put(two)
        try await wait({ .rental() }, uses: "20000002")
        try await line.succeed(["app", "rm", "by-md5"])
        try await wait({ .rental() }, uses: "20000001")
        await stage.stop()
    }
}

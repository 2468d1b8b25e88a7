import Foundation
import JSON
import TestSupport
import Testing

@Suite("The health of sessions", .bounded)
struct SessionHealthTests {
    @Test("The command lists states, ends, refreshes and uses, and filters by the time that is left")
    func healthCommand() async throws {
        let oauth = try await OAuthStage.make()
        let (stage, line) = (oauth.stage, oauth.stage.line)
        func put(_ seller: String, _ seconds: TimeInterval) async throws {
            let end = ISO8601DateFormatter().string(from: Date().addingTimeInterval(seconds))
            try await line.succeed(
                ["session", "put", "main", seller, "--session-stdin", "--expires-at", end],
                input: OAuthStage.app.sessions[0].key)
        }
        try await put("soon", 3 * 86_400)
        try await put("later", 30 * 86_400)
        try await put("over", -60)
        try await eventually("the session is used") {
            try await stage.call(.carProfile(), seller: "soon").status == 200
        }
        _ = try await stage.call(.carProfile(), seller: "stale")
        let all = try await line.succeed(["session", "health", "main"])
        func state(_ seller: String) -> String? {
            let row = all.split(separator: "\n").first { $0.split(separator: " ").dropFirst().first == seller[...] }
            return row?.split(separator: " ").dropFirst(2).first.map(String.init)
        }
        #expect(
            [state("soon"), state("later"), state("over"), state("shop")] == ["expiring", "valid", "expired", "valid"])
        let week = try await line.succeed(["session", "health", "--expiring-within", "7d"])
        #expect(week.contains("soon") && week.contains("over") && !week.contains("later"))
        let day = try await line.succeed(["session", "health", "--expiring-within", "1d"])
        #expect(!day.contains("soon") && day.contains("over"))
        #expect(try await line.run(["session", "health", "--expiring-within", "a week"]).code == 2)
        let metrics = try await stage.relay.get("/metrics").text
        #expect(metrics.contains(#"toprelay_sessions{app="main",state="expiring"} 1"#), "\(metrics.suffix(9000))")
        #expect(metrics.contains(#"toprelay_sessions{app="main",state="expired"} 1"#))
        #expect(metrics.contains(#"toprelay_session_expires_seconds{app="main"} 259"#))
        await stage.stop()
    }

    @Test("When a session was last accepted and refused is stored, without a reload of the vault")
    func usesAreStored() async throws {
        let oauth = try await OAuthStage.make()
        let stage = oauth.stage
        #expect(try await stage.call(.carProfile()).status == 200)
        #expect(try await stage.call(.carProfile(), seller: "stale").status == 424)
        let revision = try await stage.query("SELECT revision FROM vault.revision").first?["revision"]?.lexeme
        try await eventually("the uses are stored", within: .seconds(90)) {
            let rows = try await stage.query(
                """
                SELECT seller, last_success_at IS NOT NULL AS success, last_refusal FROM vault.session_uses
                WHERE app = 'main' ORDER BY seller
                """)
            let shop = rows.first { $0["seller"]?.string == "shop" }
            let stale = rows.first { $0["seller"]?.string == "stale" }
            return shop?["success"]?.bool == true && stale?["last_refusal"]?.string == "27"
        }
        #expect(try await stage.query("SELECT revision FROM vault.revision").first?["revision"]?.lexeme == revision)
        await stage.stop()
    }

    @Test("Session put changes only what is given, and a refresh token is never shown")
    func putSession() async throws {
        let oauth = try await OAuthStage.make()
        let line = oauth.stage.line
        try await oauth.putRefreshToken([
            "--expires-at", "2031-01-01T00:00:00Z", "--refresh-expires-at", "2032-01-01T00:00:00Z",
        ])
        try await line.succeed(["session", "put", "main", "shop", "--session-stdin"], input: "planted-other-key")
        #expect(try await oauth.session("shop", "expires_at = '2031-01-01Z'") == "true")
        #expect(try await oauth.session("shop", "refresh_expires_at = '2032-01-01Z'") == "true")
        #expect(try await oauth.session("shop", "refresh_sealed IS NOT NULL AND is_default") == "true")
        let list = try await line.succeed(["session", "list", "main"])
        let health = try await line.succeed(["session", "health", "main"])
        #expect(!list.contains("planted") && !health.contains("planted"))
        let folder = try Watchdog.shared.makeFolder("long")
        try String(repeating: "x", count: 5000).write(toFile: folder + "/token", atomically: true, encoding: .utf8)
        for option in ["--session-file", "--refresh-token-file"] {
            var arguments = ["session", "put", "main", "shop", option, folder + "/token"]
            if option != "--session-file" { arguments.append("--session-stdin") }
            let output = try await line.run(arguments, input: "key")
            #expect(output.code == 2 && output.errors.contains("1024"), "\(output)")
        }
        await oauth.stage.stop()
    }
}

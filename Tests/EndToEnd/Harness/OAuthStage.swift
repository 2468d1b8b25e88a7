import Foundation
import JSON
import TestSupport

/// A stage whose app `main` has the gateway's OAuth, and a token that may administer.
struct OAuthStage: Sendable {
    let stage: Stage
    /// Scope admin.
    let admin: String
    /// The app of the tests.
    static let app = StageApp.all[0]
    /// The refresh token of the seller `shop`, where a test puts one.
    static let refreshToken = "planted-refresh-token-of-shop"

    /// Starts replicas that sellers can reach. The first one's address is the public address of all.
    /// - Parameter options: of `app put`, beside the address for tokens.
    static func make(
        replicas: Int = 1, settings: [String: String] = [:], options: [String] = []
    ) async throws -> OAuthStage {
        let stage = try await Stage.make(start: false)
        let url = "http://127.0.0.1:\(stage.gateway.port)"
        try await stage.line.succeed(
            [
                "app", "put", app.name, "--app-key", app.key, "--secret-stdin", "--default", "--gateway",
                url + "/router/rest", "--oauth-authorize-url", url + "/oauth/authorize", "--oauth-token-url",
                url + "/oauth/token",
            ] + options, input: app.secret)
        let admin = try await stage.line.token("administrator", ["--scope", "admin"])
        let port = Ports.free()
        let own = ["TOPRELAY_PUBLIC_URL": "http://127.0.0.1:\(port)"].merging(settings) { $1 }
        try await stage.startRelay(own, port: port)
        for _ in 1..<max(replicas, 1) { try await stage.startRelay(own) }
        return OAuthStage(stage: stage, admin: admin)
    }

    // MARK: Authorisation

    /// Asks for the address of TOP's page.
    func authorize(_ seller: String, app: String = OAuthStage.app.name) async throws -> HTTPAnswer {
        try await stage.relay.post(
            "/v1/admin/apps/\(app)/authorizations", #"{"seller":"\#(seller)"}"#, token: admin)
    }

    /// The state in the address of TOP's page.
    func state(_ seller: String) async throws -> String {
        let answer = try await authorize(seller)
        let url = try URLComponents(string: answer.json["url"]?.string ?? "").unwrapped("a URL: \(answer)")
        return try (url.queryItems?.first { $0.name == "state" }?.value).unwrapped("a state: \(answer)")
    }

    /// A code for a user, as TOP gives one on its page.
    func code(user: String, nick: String = "") async throws -> String {
        let answer = try await stage.gateway.post(
            "/_oauth/code", #"{"app_key":"\#(Self.app.key)","user":"\#(user)","nick":"\#(nick)"}"#)
        return try (answer.json["code"]?.string).unwrapped("a code: \(answer)")
    }

    /// What the seller's browser gets in the end.
    func callback(_ query: String, at relay: RelayProcess? = nil) async throws -> HTTPAnswer {
        try await (relay ?? stage.relay).get("/v1/oauth/callback?" + query)
    }

    // MARK: Refresh

    /// Gives `shop` a refresh token that TOP knows.
    /// - Parameter options: of `session put`.
    func putRefreshToken(_ options: [String] = []) async throws {
        let folder = try Watchdog.shared.makeFolder("refresh")
        try Self.refreshToken.write(toFile: folder + "/token", atomically: true, encoding: .utf8)
        try await stage.gateway.post(
            "/_oauth/grant",
            """
            {"app_key":"\(Self.app.key)","refresh_token":"\(Self.refreshToken)","user":"u-shop",\
            "session":"\(Self.app.sessions[0].key)"}
            """)
        try await stage.line.succeed(
            ["session", "put", Self.app.name, "shop", "--session-stdin", "--refresh-token-file", folder + "/token"]
                + options, input: Self.app.sessions[0].key)
    }

    /// Ends the session key that `shop` had at first, at TOP. All replicas know the refresh token by then.
    func expireAtTOP() async throws {
        try await waitForVault()
        try await stage.gateway.post(
            "/_oauth/expire", #"{"app_key":"\#(Self.app.key)","session":"\#(Self.app.sessions[0].key)"}"#)
    }

    /// Waits until all replicas have the vault as it is now.
    func waitForVault() async throws {
        let revision = try await stage.query("SELECT revision FROM vault.revision").first?["revision"]?.lexeme ?? ""
        for relay in stage.allReplicas {
            try await eventually("the replica has the vault") {
                relay.log.contains(#""version":"\#(revision)""#) || relay.log.contains("version=\(revision)")
            }
        }
    }

    /// Tells the gateway how to answer requests for tokens; the members are those of gateway/oauth.py.
    func behave(_ members: String) async throws { try await stage.gateway.post("/_oauth", members) }

    /// How often TOP was asked for a new key.
    func refreshes() async throws -> Int { try await asked("refreshes") }

    /// How often TOP was asked to exchange a code.
    func exchanges() async throws -> Int { try await asked("codes") }

    private func asked(_ name: String) async throws -> Int {
        let answer = try await stage.gateway.send(HTTPRequest(path: "/_oauth"))
        return answer.json[name]?.lexeme.flatMap { Int($0) } ?? -1
    }

    /// A column of a session's row as text.
    func session(_ seller: String, _ column: String) async throws -> String? {
        let rows = try await stage.query(
            "SELECT (\(column))::text AS value FROM vault.sessions WHERE app = 'main' AND seller = '\(seller)'")
        return rows.first?["value"]?.string
    }

    /// The actions on a session that the vault has recorded, without those of commands.
    func events(_ seller: String) async throws -> [String] {
        try await stage.query(
            """
            SELECT action FROM vault.events WHERE object = 'main/\(seller)' AND action <> 'session.put' ORDER BY id
            """
        ).compactMap { $0["action"]?.string }
    }
}

extension Optional {
    /// The value, or a failure that tells what was expected.
    func unwrapped(_ what: String) throws -> Wrapped {
        guard let self else { throw NeverHappenedError(description: "there is not \(what)") }
        return self
    }
}

import JSON

/// An app with its secret and its sellers, as the relay and the gateway know it.
struct StageApp: Sendable {
    let name: String
    let key: String
    /// What the relay signs with.
    var secret: String
    /// What the gateway checks with; the relay's own unless said otherwise.
    var secretAtGateway: String
    var signMethod = "hmac-sha256"
    /// Whether the gateway knows the app.
    var isKnown = true
    /// Session keys by seller; the first seller is the default one.
    var sessions: [(seller: String, key: String)]
    /// Options of `app put` beside these.
    var options: [String] = []

    init(_ name: String, key: String, signMethod: String = "hmac-sha256") {
        self.name = name
        self.key = key
        self.signMethod = signMethod
        secret = "planted-secret-of-\(name)"
        secretAtGateway = secret
        sessions = [("shop", "planted-session-of-\(name)"), ("店铺 二", "planted-second-session-of-\(name)")]
    }

    /// The sessions that every gateway calls expired, and those that it does not know.
    static let expiredAtTOP = "planted-session-expired-at-top"
    static let unknownAtTOP = "planted-session-unknown-at-top"

    /// The apps of every stage: what tests need without changing the vault.
    static let all: [StageApp] = {
        var main = StageApp("main", key: "20000001")
        main.sessions += [("stale", expiredAtTOP), ("stranger", unknownAtTOP)]
        main.options = ["--default"]
        var wrongSecret = StageApp("wrong-secret", key: "20000004")
        wrongSecret.secretAtGateway = "something else"
        var unknownKey = StageApp("unknown-key", key: "20000005")
        unknownKey.isKnown = false
        var nowhere = StageApp("nowhere", key: "20000006")
        nowhere.options = ["--gateway", "http://127.0.0.1:9/router/rest"]
        var noHost = StageApp("no-host", key: "20000007")
        noHost.options = ["--gateway", "https://no-such-host.invalid/router/rest"]
        var noSession = StageApp("no-session", key: "20000010")
        noSession.sessions = []
        return [
            main, StageApp("by-md5", key: "20000002", signMethod: "md5"),
            StageApp("by-hmac", key: "20000003", signMethod: "hmac"), wrongSecret, unknownKey, nowhere, noHost,
            StageApp("banned", key: "20000008"), StageApp("banned-briefly", key: "20000011"),
            StageApp("banned-method", key: "20000009"), noSession,
        ]
    }()

    static let main = [all[0]]

    /// The gateway's file of apps.
    static func document(_ apps: [StageApp]) -> String {
        var json = JSONWriter()
        json.beginObject()
        for app in apps where app.isKnown {
            json.name(app.key)
            json.beginObject()
            json.name("secret")
            json.string(app.secretAtGateway)
            let sessions = app.sessions.map(\.key).filter { ![expiredAtTOP, unknownAtTOP].contains($0) }
            for (name, keys) in [("sessions", sessions), ("expired_sessions", [expiredAtTOP])] {
                json.name(name)
                json.beginArray()
                for key in keys { json.string(key) }
                json.endArray()
            }
            json.endObject()
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// An app that the sandbox knows. Its description omits the secret and the sessions.
public struct SandboxApp: Sendable, CustomStringConvertible, CustomReflectable {
    /// The app's `app_key`.
    public var key: String
    /// The secret that signs its calls.
    public var secret: String
    /// The app's valid session keys.
    public var sessions: Set<String>
    /// Session keys that have expired. A call with one gets code 27.
    public var expiredSessions: Set<String>

    /// Makes an app.
    public init(key: String, secret: String, sessions: Set<String> = [], expiredSessions: Set<String> = []) {
        self.key = key
        self.secret = secret
        self.sessions = sessions
        self.expiredSessions = expiredSessions
    }

    /// Only the key.
    public var description: String { "app \(key)" }

    /// Shows only the key.
    public var customMirror: Mirror { Mirror(self, children: ["key": key]) }
}

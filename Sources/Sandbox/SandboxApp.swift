/// An app that the sandbox knows. Prints without its secret and sessions.
public struct SandboxApp: Sendable, CustomStringConvertible, CustomReflectable {
    /// What a call names as `app_key`.
    public var key: String
    /// What calls of this app are signed with.
    public var secret: String
    /// The session keys that are valid for it.
    public var sessions: Set<String>
    /// Session keys that were valid once; a call with one is answered with code 27.
    public var expiredSessions: Set<String>

    /// Makes an app.
    public init(key: String, secret: String, sessions: Set<String> = [], expiredSessions: Set<String> = []) {
        self.key = key
        self.secret = secret
        self.sessions = sessions
        self.expiredSessions = expiredSessions
    }

    /// The key alone.
    public var description: String { "app \(key)" }

    /// Shows the key alone.
    public var customMirror: Mirror { Mirror(self, children: ["key": key]) }
}

/// An app that the sandbox knows. Its description omits the secret and the sessions.
package struct SandboxApp: Sendable, CustomStringConvertible, CustomReflectable {
    /// The app's `app_key`.
    package var key: String
    /// The secret that signs its calls.
    package var secret: String
    /// The app's valid session keys.
    package var sessions: Set<String>
    /// Session keys that have expired. A call with one gets code 27.
    package var expiredSessions: Set<String>

    /// Makes an app.
    package init(key: String, secret: String, sessions: Set<String> = [], expiredSessions: Set<String> = []) {
        self.key = key
        self.secret = secret
        self.sessions = sessions
        self.expiredSessions = expiredSessions
    }

    /// Only the key.
    package var description: String { "app \(key)" }

    /// Shows only the key.
    package var customMirror: Mirror { Mirror(self, children: ["key": key]) }
}

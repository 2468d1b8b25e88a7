/// A caller's token: who it is and what it may do. The token's secret part is known by its hash alone.
package final class AccessToken: Sendable {
    /// The part of the token's text that finds it; no secret.
    package let id: String
    /// The caller's name, as the audit trail records it.
    package let name: String
    /// SHA-256 of the secret part.
    let hash: [UInt8]
    /// What the token allows.
    package let scopes: Set<Scope>
    /// The apps that it may use; empty: every one.
    package let apps: Set<String>
    /// The methods that it may call; empty: every one.
    package let methods: [MethodGlob]
    /// When it ends, in milliseconds since 1970; nil: never.
    package let expiresAt: Int64?

    /// False when the row holds a list that cannot be read; the token then allows nothing. A list that lost an entry
    /// would allow more than it was made for: an empty one allows everything.
    package let isReadable: Bool

    /// A token as it stands in the vault; `hash` is the SHA-256 of its secret part.
    package convenience init(
        id: String, name: String, hash: [UInt8], scopes: Set<Scope>, apps: Set<String> = [],
        methods: [MethodGlob] = [], expiresAt: Int64? = nil
    ) {
        self.init(
            id: id, name: name, hash: hash, scopes: scopes, readableApps: apps, readableMethods: methods,
            expiresAt: expiresAt)
    }

    /// A token whose lists may not be readable (nil).
    init(
        id: String, name: String, hash: [UInt8], scopes: Set<Scope>, readableApps: Set<String>?,
        readableMethods: [MethodGlob]?, expiresAt: Int64?
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.scopes = scopes
        apps = readableApps ?? []
        methods = readableMethods ?? []
        isReadable = readableApps != nil && readableMethods != nil
        self.expiresAt = expiresAt
    }

    /// Whether the token has this scope.
    package func allows(_ scope: Scope) -> Bool { isReadable && scopes.contains(scope) }

    /// Whether the token may call this TOP method.
    package func allows(method: String) -> Bool {
        guard isReadable else { return false }
        guard !methods.isEmpty else { return true }
        let bytes = Array(method.utf8)
        return methods.contains { $0.matches(bytes) }
    }

    /// Whether the token may use the app of this name.
    package func allows(app: String) -> Bool { isReadable && (apps.isEmpty || apps.contains(app)) }

    /// Whether the token has ended at `now` (milliseconds since 1970).
    package func isExpired(at now: Int64) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

package import Synchronization

/// A caller's token: its owner and what it allows. Only the hash of its secret part is known.
package final class AccessToken: Sendable {
    /// The part of the token's text that finds it. It is not secret.
    package let id: String
    /// The caller's name, as the audit trail records it.
    package let name: String
    /// SHA-256 of the secret part.
    let hash: [UInt8]
    /// The scopes that the token has.
    package let scopes: Set<Scope>
    /// The apps that the token may use. If it is empty, every app.
    package let apps: Set<String>
    /// The methods that the token may call. If it is empty, every method.
    package let methods: [MethodGlob]
    /// The sellers that the token may call for. If it is empty, every seller.
    package let sellers: [SellerGlob]
    /// What the token may do at a time, on each replica.
    package let limits: TokenLimits
    /// When the token expires, in milliseconds since 1970; nil for never.
    package let expiresAt: Int64?
    /// The minute since 1970 in which the use of the token was last noted.
    package let notedMinute = Atomic<Int64>(0)

    /// False if a list in the row cannot be read. The token then allows nothing. Ignoring an unreadable entry could
    /// make a list empty, and an empty list allows everything.
    package let isReadable: Bool

    /// Makes a token of the vault; `hash` is the SHA-256 of its secret part.
    package convenience init(
        id: String, name: String, hash: [UInt8], scopes: Set<Scope>, apps: Set<String> = [],
        methods: [MethodGlob] = [], sellers: [SellerGlob] = [], limits: TokenLimits = TokenLimits(),
        expiresAt: Int64? = nil
    ) {
        self.init(
            id: id, name: name, hash: hash, scopes: scopes, readableApps: apps, readableMethods: methods,
            readableSellers: sellers, limits: limits, expiresAt: expiresAt)
    }

    /// Makes a token whose lists may be unreadable (nil).
    init(
        id: String, name: String, hash: [UInt8], scopes: Set<Scope>, readableApps: Set<String>?,
        readableMethods: [MethodGlob]?, readableSellers: [SellerGlob]?, limits: TokenLimits, expiresAt: Int64?
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.scopes = scopes
        apps = readableApps ?? []
        methods = readableMethods ?? []
        sellers = readableSellers ?? []
        isReadable = readableApps != nil && readableMethods != nil && readableSellers != nil
        self.limits = limits
        self.expiresAt = expiresAt
    }

    /// The same token with another secret, which a rotation has replaced and which is valid until `end`.
    func replaced(id: String, hash: [UInt8], until end: Int64) -> AccessToken {
        AccessToken(
            id: id, name: name, hash: hash, scopes: scopes, readableApps: isReadable ? apps : nil,
            readableMethods: methods, readableSellers: sellers, limits: limits,
            expiresAt: min(expiresAt ?? end, end))
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

    /// Whether the token may call for this seller.
    package func allows(seller: String) -> Bool {
        guard isReadable else { return false }
        guard !sellers.isEmpty else { return true }
        let bytes = Array(seller.utf8)
        return sellers.contains { $0.matches(bytes) }
    }

    /// Whether the token has expired at `now`, in milliseconds since 1970.
    package func isExpired(at now: Int64) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

/// What the owner of a token may do at a time, on each replica. Nil means that there is no limit.
package struct TokenLimits: Sendable, Equatable {
    /// Calls a second.
    package var rate: Int?
    /// Concurrent calls.
    package var concurrency: Int?

    /// Limits.
    package init(rate: Int? = nil, concurrency: Int? = nil) {
        self.rate = rate
        self.concurrency = concurrency
    }

    /// Whether there is a limit.
    package var isLimited: Bool { rate != nil || concurrency != nil }
}

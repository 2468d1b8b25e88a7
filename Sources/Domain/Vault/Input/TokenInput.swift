/// A token to make.
package struct TokenInput: Sendable {
    /// The caller's name.
    package var name: String
    /// What the token allows: at least one scope.
    package var scopes: Set<Scope>
    /// The apps that it may use; all if empty. They may be created later.
    package var apps: [String]
    /// Methods and patterns of methods that it may call; all if empty.
    package var methods: [String]
    /// Sellers and patterns of sellers that it may call for; all if empty.
    package var sellers: [String]
    /// Calls a second on each replica; nil for no limit.
    package var rate: Int?
    /// Concurrent calls on each replica; nil for no limit.
    package var concurrency: Int?
    /// The hooks that its calls may choose.
    package var callbacks: [String]
    /// When it expires, in milliseconds since 1970; nil for never.
    package var expiresAt: Int64?

    /// The largest rate and the largest concurrency.
    package static let maximumLimit = 1_000_000

    /// A token to make.
    package init(
        name: String, scopes: Set<Scope>, apps: [String] = [], methods: [String] = [], sellers: [String] = [],
        rate: Int? = nil, concurrency: Int? = nil, callbacks: [String] = [], expiresAt: Int64? = nil
    ) {
        self.name = name
        self.scopes = scopes
        self.apps = apps
        self.methods = methods
        self.sellers = sellers
        self.rate = rate
        self.concurrency = concurrency
        self.callbacks = callbacks
        self.expiresAt = expiresAt
    }

    func check() throws(VaultError) {
        try VaultInput.name(name, field: "token name")
        guard !scopes.isEmpty else {
            throw .invalid(field: "scope", expectation: "at least one of \(Scope.list) is expected")
        }
        guard !scopes.contains(.admin) || apps.isEmpty && methods.isEmpty && sellers.isEmpty else {
            throw .invalid(
                field: "scope", expectation: "a token with the scope admin takes no limits of apps, methods or sellers")
        }
        try VaultInput.appNames(apps)
        try VaultInput.globs(methods)
        try VaultInput.sellerGlobs(sellers)
        try VaultInput.callbacks(callbacks)
        for (field, limit) in [("rate", rate), ("concurrency", concurrency)] {
            guard limit.map({ (1...Self.maximumLimit).contains($0) }) ?? true else {
                throw .invalid(field: field, expectation: "must be 1–\(Self.maximumLimit)")
            }
        }
        try VaultInput.time(expiresAt, field: "expiry")
    }
}

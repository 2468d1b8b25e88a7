/// A caller's token as a list shows it. Times in milliseconds since 1970.
public struct TokenRecord: Sendable, Equatable {
    /// The part of the token's text that finds it; no secret.
    public let id: String
    /// The caller's name.
    public let name: String
    /// What it allows.
    public let scopes: [Scope]
    /// The apps that it may use; empty: every one.
    public let apps: [String]
    /// The methods that it may call, as patterns; empty: every one.
    public let methods: [String]
    /// When it was made.
    public let createdAt: Int64
    /// When it ends; nil: never.
    public let expiresAt: Int64?
}

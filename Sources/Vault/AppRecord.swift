/// An app as a list shows it: without its secret. Times in milliseconds since 1970.
public struct AppRecord: Sendable, Equatable {
    /// The app's name.
    public let name: String
    /// TOP's `app_key`.
    public let appKey: String
    /// The gateway of this app; nil: the service's own.
    public let gatewayURL: String?
    /// TOP's `sign_method`.
    public let signMethod: String
    /// Whether plain http is allowed towards any gateway.
    public let allowsHTTP: Bool
    /// Whether it is the default app.
    public let isDefault: Bool
    /// The methods bound to it.
    public let methods: [String]
    /// How many sessions it has.
    public let sessions: Int
    /// When it was put first.
    public let createdAt: Int64
    /// When it was put last.
    public let updatedAt: Int64
}

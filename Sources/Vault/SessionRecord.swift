/// A seller's session as a list shows it: without its key. Times in milliseconds since 1970.
public struct SessionRecord: Sendable, Equatable {
    /// The app that the seller authorised.
    public let app: String
    /// The callers' own name for the seller.
    public let seller: String
    /// When the session ends; nil: no end is known.
    public let expiresAt: Int64?
    /// Whether it is the app's default session.
    public let isDefault: Bool
    /// When it was put first.
    public let createdAt: Int64
    /// When it was put last.
    public let updatedAt: Int64
}

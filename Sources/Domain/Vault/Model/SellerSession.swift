package import Crypto

/// A seller's authorisation of an app: TOP's session key, opened.
package final class SellerSession: Sendable {
    /// The name of the app that the seller authorised.
    package let app: String
    /// The callers' alias for the seller, as in `Top-Seller`.
    package let seller: String
    /// TOP's `session`.
    package let key: Secret
    /// When the session expires, in milliseconds since 1970; nil if that is unknown.
    package let expiresAt: Int64?
    /// Whether calls with this app and without a seller use this session.
    package let isDefault: Bool
    /// False if the sealed session could not be opened. The session is then found, but cannot be used.
    package let isUsable: Bool

    /// Makes a session of the vault.
    package convenience init(
        app: String, seller: String, key: Secret, expiresAt: Int64? = nil, isDefault: Bool = false
    ) {
        self.init(app: app, seller: seller, openedKey: key, expiresAt: expiresAt, isDefault: isDefault)
    }

    /// Makes a session whose key may not have opened (nil).
    init(app: String, seller: String, openedKey: Secret?, expiresAt: Int64?, isDefault: Bool) {
        self.app = app
        self.seller = seller
        key = openedKey ?? Secret("")
        isUsable = openedKey != nil
        self.expiresAt = expiresAt
        self.isDefault = isDefault
    }

    /// Whether the session has expired at `now`, in milliseconds since 1970.
    package func isExpired(at now: Int64) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

package import Crypto

/// A seller's authorisation of an app: TOP's session key, opened.
package final class SellerSession: Sendable {
    /// The name of the app that the seller authorised.
    package let app: String
    /// The callers' own name for the seller, as given in `Top-Seller`.
    package let seller: String
    /// TOP's `session`.
    package let key: Secret
    /// When the session ends, in milliseconds since 1970; nil: no end is known.
    package let expiresAt: Int64?
    /// Whether calls with this app that name no seller use this one.
    package let isDefault: Bool
    /// False when the session's seal did not open; it is then found, but never used.
    let isUsable: Bool

    /// A session as it stands in the vault.
    package convenience init(
        app: String, seller: String, key: Secret, expiresAt: Int64? = nil, isDefault: Bool = false
    ) {
        self.init(app: app, seller: seller, openedKey: key, expiresAt: expiresAt, isDefault: isDefault)
    }

    /// A session whose seal may not have opened (nil).
    init(app: String, seller: String, openedKey: Secret?, expiresAt: Int64?, isDefault: Bool) {
        self.app = app
        self.seller = seller
        key = openedKey ?? Secret("")
        isUsable = openedKey != nil
        self.expiresAt = expiresAt
        self.isDefault = isDefault
    }

    /// Whether the session has ended at `now` (milliseconds since 1970).
    package func isExpired(at now: Int64) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

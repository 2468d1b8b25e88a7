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
    /// Whether the session can get a new key.
    package let renewal: SessionRenewal
    /// When TOP last accepted and refused it.
    package let use = SessionUse()
    /// False if the sealed session could not be opened. The session is then found, but cannot be used.
    package let isUsable: Bool

    /// Makes a session of the vault.
    package convenience init(
        app: String, seller: String, key: Secret, expiresAt: Int64? = nil, isDefault: Bool = false,
        renewal: SessionRenewal = .none
    ) {
        self.init(
            app: app, seller: seller, openedKey: key, expiresAt: expiresAt, isDefault: isDefault, renewal: renewal)
    }

    /// Makes a session whose key may not have opened (nil).
    init(
        app: String, seller: String, openedKey: Secret?, expiresAt: Int64?, isDefault: Bool, renewal: SessionRenewal
    ) {
        self.app = app
        self.seller = seller
        key = openedKey ?? Secret("")
        isUsable = openedKey != nil
        self.expiresAt = expiresAt
        self.isDefault = isDefault
        self.renewal = renewal
    }

    /// The name of the session.
    package var name: SessionName { SessionName(app: app, seller: seller) }

    /// Whether the session has expired at `now`, in milliseconds since 1970.
    package func isExpired(at now: Int64) -> Bool {
        expiresAt.map { $0 <= now } ?? false
    }
}

/// Whether a session can get a new key without its seller.
package struct SessionRenewal: Sendable, Equatable {
    /// No refresh token is stored.
    package static let none = SessionRenewal(hasToken: false)

    /// Whether there is a refresh token.
    package let hasToken: Bool
    /// When the refresh token ends, in milliseconds since 1970; nil if that is unknown.
    package let endsAt: Int64?
    /// Whether TOP has refused the refresh token, so that the seller must authorise the app again.
    package let needsAuthorisation: Bool

    /// All members.
    package init(hasToken: Bool, endsAt: Int64? = nil, needsAuthorisation: Bool = false) {
        self.hasToken = hasToken
        self.endsAt = endsAt
        self.needsAuthorisation = needsAuthorisation
    }

    /// Whether a refresh can succeed at `now`, in milliseconds since 1970.
    package func isPossible(at now: Int64) -> Bool {
        hasToken && !needsAuthorisation && endsAt.map { $0 > now } ?? true
    }
}

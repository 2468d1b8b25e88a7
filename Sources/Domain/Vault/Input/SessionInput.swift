package import Crypto

/// A seller's session to store in the vault, or a change of one. A member that is not given keeps the stored value.
package struct SessionInput: Sendable {
    /// The name of the app that the seller authorised.
    package var app: String
    /// The callers' alias for the seller.
    package var seller: String
    /// TOP's session key. A new session needs it.
    package var key: Secret?
    /// When the session expires, in milliseconds since 1970. Without a time it is not known.
    package var expiresAt: PatchValue<Int64>
    /// Whether it is the app's default session.
    package var makesDefault: Bool?
    /// The token that gets another session key from TOP.
    package var refreshToken: Secret?
    /// When the refresh token ends, in milliseconds since 1970. Without a time it is not known.
    package var refreshExpiresAt: PatchValue<Int64>

    /// A change of a session. What is left out is kept.
    package init(
        app: String, seller: String, key: Secret? = nil, expiresAt: PatchValue<Int64> = .keep,
        makesDefault: Bool? = nil, refreshToken: Secret? = nil, refreshExpiresAt: PatchValue<Int64> = .keep
    ) {
        self.app = app
        self.seller = seller
        self.key = key
        self.expiresAt = expiresAt
        self.makesDefault = makesDefault
        self.refreshToken = refreshToken
        self.refreshExpiresAt = refreshExpiresAt
    }

    /// The names of the members that are given, for the record of changes. They are the members of the HTTP interface.
    var givenMembers: [String] {
        let members: [(name: String, isGiven: Bool)] = [
            ("session", key != nil), ("expires_at", expiresAt.isGiven), ("default", makesDefault != nil),
            ("refresh_token", refreshToken != nil), ("refresh_expires_at", refreshExpiresAt.isGiven),
        ]
        return members.filter(\.isGiven).map(\.name)
    }

    func check() throws(VaultError) {
        try VaultInput.name(app, field: "app name")
        try VaultInput.seller(seller)
        if let key { try VaultInput.secret(key, field: "session") }
        if case .set(let time) = expiresAt { try VaultInput.time(time, field: "expiry") }
        if let refreshToken { try VaultInput.secret(refreshToken, field: "refresh token") }
        if case .set(let time) = refreshExpiresAt { try VaultInput.time(time, field: "expiry of the refresh token") }
    }
}

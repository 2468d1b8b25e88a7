package import Crypto

/// What TOP gave for an authorisation code or a refresh token. Times are in milliseconds since 1970.
package struct SessionGrant: Sendable {
    /// What becomes of the refresh token.
    package enum Refresh: Sendable {
        /// TOP named no new one. The stored one stays.
        case kept
        /// TOP says that the session key cannot be refreshed.
        case impossible
        /// A new one, and when it ends. Nil means that the end is unknown.
        case token(Secret, endsAt: Int64?)
    }

    /// TOP's `session`.
    package var key: Secret
    /// When the session key ends. Nil if that is unknown.
    package var expiresAt: Int64?
    /// What becomes of the refresh token.
    package var refresh: Refresh
    /// TOP's id of the user.
    package var userID: String?
    /// The name of the user at TOP.
    package var userNick: String?
    /// When the rights to read and write end, by `r1`, `r2`, `w1` and `w2`.
    package var levelEnds: [String: Int64]

    /// All members.
    package init(
        key: Secret, expiresAt: Int64? = nil, refresh: Refresh = .kept, userID: String? = nil,
        userNick: String? = nil, levelEnds: [String: Int64] = [:]
    ) {
        self.key = key
        self.expiresAt = expiresAt
        self.refresh = refresh
        self.userID = userID
        self.userNick = userNick
        self.levelEnds = levelEnds
    }

    /// Checks what will be stored. A key that no request can carry is refused here, not at the next call.
    func check() throws(VaultError) {
        try VaultInput.secret(key, field: "session key from TOP")
        try VaultInput.time(expiresAt, field: "expiry from TOP")
        if case .token(let token, let endsAt) = refresh {
            try VaultInput.secret(token, field: "refresh token from TOP")
            try VaultInput.time(endsAt, field: "expiry of the refresh token from TOP")
        }
        if let userID { try VaultInput.seller(userID, field: "user id from TOP") }
        for (level, end) in levelEnds { try VaultInput.time(end, field: "end of \(level) from TOP") }
    }
}

/// The name of a session: its app and the callers' alias for the seller.
package struct SessionName: Sendable, Hashable, CustomStringConvertible {
    /// The name of the app.
    package let app: String
    /// The callers' alias for the seller.
    package let seller: String

    /// A name.
    package init(app: String, seller: String) {
        self.app = app
        self.seller = seller
    }

    /// Compares by bytes, as PostgreSQL does.
    package static func == (left: SessionName, right: SessionName) -> Bool {
        left.app == right.app && ExactText(left.seller) == ExactText(right.seller)
    }

    /// Hashes the bytes.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(app)
        hasher.combine(ExactText(seller))
    }

    /// `APP/SELLER`.
    package var description: String { "\(app)/\(seller)" }
}

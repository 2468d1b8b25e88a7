/// What operators want to know of a session. Times are in milliseconds since 1970. It has no secret.
package struct SessionHealth: Sendable, Equatable {
    /// The state of a session's key.
    package enum State: String, Sendable, CaseIterable {
        /// It ends later than in 7 days, or at an unknown time.
        case valid
        /// It ends within 7 days.
        case expiring
        /// It has ended.
        case expired
        /// The seller must authorise the app again: TOP has refused the refresh token.
        case needsAuthorisation = "needs_authorisation"
    }

    /// A key that ends sooner counts as expiring: 7 days in milliseconds.
    package static let expiringMilliseconds: Int64 = 7 * 86_400_000

    /// The name of the session.
    package let name: SessionName
    /// The state of its key.
    package let state: State
    /// When the key ends. Nil if that is unknown.
    package let expiresAt: Int64?
    /// When the key was put or issued.
    package let issuedAt: Int64
    /// Whether the relay can refresh it.
    package let isRefreshable: Bool
    /// When the refresh token ends. Nil if there is none, or its end is unknown.
    package let refreshExpiresAt: Int64?
    /// When the next refresh begins. Nil if there will be none.
    package let refreshAfter: Int64?
    /// Failed refreshes in a row.
    package let refreshFailures: Int
    /// Why the last refresh failed.
    package let refreshError: String?
    /// TOP's id of the user.
    package let userID: String?
    /// The name of the user at TOP.
    package let userNick: String?
    /// When TOP last accepted the key.
    package let lastSuccessAt: Int64?
    /// When TOP last refused the key.
    package let lastRefusalAt: Int64?
    /// TOP's code of this refusal.
    package let lastRefusal: String?

    /// The state of a key without regard to the refresh token.
    package static func state(expiresAt: Int64?, now: Int64) -> State {
        guard let expiresAt else { return .valid }
        if expiresAt <= now { return .expired }
        return expiresAt - now <= expiringMilliseconds ? .expiring : .valid
    }
}

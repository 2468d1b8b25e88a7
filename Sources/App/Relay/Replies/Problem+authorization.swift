package import Problems
package import Vault

extension Problem {
    /// The worker's copy of the vault is too old, or there is none. A withdrawn token must not stay valid.
    static var staleVault: Problem {
        Problem(
            .auditUnavailable, "The relay has no current copy of its vault; nothing was sent. Try again soon.",
            retryable: true, retryAfterSeconds: 1)
    }

    /// The token lacks the scope.
    static func missing(_ scope: Scope, or other: Scope? = nil, _ token: AccessToken) -> Problem {
        guard token.isReadable else {
            return Problem(
                .forbidden, "The token \(token.name) allows nothing, because its row in the vault cannot be read.")
        }
        let scopes = [scope, other].compactMap { $0?.rawValue }.joined(separator: " or ")
        return Problem(.forbidden, "The token \(token.name) lacks the scope \(scopes).")
    }

    /// The token is not valid.
    package init(_ error: AuthenticationError) {
        self.init(.unauthenticated, error.description)
    }

    /// No app can be used for the call.
    package init(_ error: AppResolutionError) {
        switch error {
        case .unknown, .forbidden: self.init(.forbidden, error.description)
        case .unnamed: self.init(.malformedRequest, error.description)
        case .unreadable, .unreadableBindings: self.init(.relayMisconfigured, error.description, retryable: false)
        }
    }
}

package import Problems
package import Vault

extension Problem {
    /// The vault's copy is too old, or there is none: a withdrawn token must not work on.
    static var staleVault: Problem {
        Problem(
            .auditUnavailable, "The relay has no current copy of its vault; nothing was sent. Try again soon.",
            retryable: true, retryAfterSeconds: 1)
    }

    static func missing(_ scope: Scope, or other: Scope? = nil, _ token: AccessToken) -> Problem {
        guard token.isReadable else {
            return Problem(
                .forbidden, "The token \(token.name) allows nothing, because its row in the vault cannot be read.")
        }
        let scopes = [scope, other].compactMap { $0?.rawValue }.joined(separator: " or ")
        return Problem(.forbidden, "The token \(token.name) lacks the scope \(scopes).")
    }

    /// The caller is not known: 401.
    package init(_ refusal: AuthenticationError) {
        self.init(.unauthenticated, refusal.description)
    }

    /// No app can be used for the call.
    package init(_ refusal: AppResolutionError) {
        switch refusal {
        case .unknown, .forbidden: self.init(.forbidden, refusal.description)
        case .unnamed: self.init(.malformedRequest, refusal.description)
        case .unreadable, .unreadableBindings: self.init(.relayMisconfigured, refusal.description, retryable: false)
        }
    }
}

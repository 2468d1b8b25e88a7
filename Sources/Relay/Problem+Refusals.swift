public import Vault

extension Problem {
    /// The caller is not known: 401.
    public init(_ refusal: AuthenticationRefusal) {
        self.init(.unauthenticated, refusal.description)
    }

    /// No app can be used for the call.
    public init(_ refusal: AppRefusal) {
        switch refusal {
        case .unknown, .forbidden: self.init(.forbidden, refusal.description)
        case .unnamed: self.init(.malformedRequest, refusal.description)
        case .unreadable, .unreadableBindings: self.init(.relayMisconfigured, refusal.description, retryable: false)
        }
    }
}

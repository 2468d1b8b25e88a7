/// How a call ended, as the contract names it.
package enum Outcome: String, Sendable, CaseIterable {
    /// TOP did what was asked, by the entry's rule.
    case success
    /// TOP took the work and reports its result later.
    case accepted
    /// Some items of the call failed.
    case partial
    /// TOP answered, and its answer says no.
    case businessFailure = "business_failure"
    /// An `error_response` that is the caller's fault.
    case rejected
    /// The session key is missing, wrong or expired.
    case sessionInvalid = "session_invalid"
    /// TOP's limits.
    case throttled
    /// The relay's own set-up is wrong: key, sign, clock, IP, package.
    case misconfigured
    /// TOP failed, and surely nothing was done.
    case platformError = "platform_error"
    /// The request never left.
    case notSent = "not_sent"
    /// It was sent, and it may have been done.
    case unknown

    /// What readers see of an intent that has no end yet; never stored.
    package static let open = "open"

    /// Every word that readers see.
    package static let words = allCases.map(\.rawValue) + [open]
}

/// How a call ended, as the contract names it.
package enum Outcome: String, Sendable, CaseIterable {
    /// TOP has done the call, by the entry's rules.
    case success
    /// TOP has accepted the work and reports its result later.
    case accepted
    /// Some items of the call failed.
    case partial
    /// TOP's response says that the call was not done.
    case businessFailure = "business_failure"
    /// TOP gave an error that the caller has to fix.
    case rejected
    /// The session key is missing, wrong or expired.
    case sessionInvalid = "session_invalid"
    /// TOP limits the calls.
    case throttled
    /// The relay's settings are wrong: key, sign, clock, IP, package.
    case misconfigured
    /// TOP failed, and nothing was done.
    case platformError = "platform_error"
    /// No byte of the request's body was sent.
    case notSent = "not_sent"
    /// The call may have been done.
    case unknown

    /// The outcome of an open call, for readers. It is never stored.
    package static let open = "open"

    /// All outcomes that readers see.
    package static let words = allCases.map(\.rawValue) + [open]
}

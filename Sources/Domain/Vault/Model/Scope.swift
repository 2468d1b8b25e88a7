/// What a token allows. No scope includes another.
package enum Scope: String, Sendable, CaseIterable {
    /// Making calls, and reading one's own calls.
    case relay
    /// Making raw calls of any TOP method, and reading one's own calls.
    case relayRaw = "relay:raw"
    /// Reading all callers' calls in the audit trail.
    case auditRead = "audit:read"
    /// Writing notes on calls in the audit trail.
    case auditNote = "audit:note"
    /// Unmasking the full request of a call. Each time is recorded.
    case auditUnmask = "audit:unmask"
    /// Queueing calls, and reading one's own queued calls.
    case queue
    /// Administration over HTTP. A token with it has no limits.
    case admin

    /// All scopes as a phrase: `relay, audit:read or admin`.
    package static var list: String {
        let names = allCases.map(\.rawValue)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }
}

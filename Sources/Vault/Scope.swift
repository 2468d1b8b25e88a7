/// What a token allows. No scope holds another.
public enum Scope: String, Sendable, CaseIterable {
    /// Making calls, and reading one's own again.
    case relay
    /// Reading everybody's calls in the audit trail.
    case auditRead = "audit:read"
    /// Opening the full request of a call; each opening is recorded.
    case auditUnmask = "audit:unmask"
    /// Administration over HTTP.
    case admin
}

/// What a token allows. No scope holds another.
public enum Scope: String, Sendable, CaseIterable {
    /// Making calls, and reading one's own again.
    case relay
    /// Reading everybody's calls in the audit trail.
    case auditRead = "audit:read"
    /// Writing notes on calls in the audit trail.
    case auditNote = "audit:note"
    /// Opening the full request of a call; each opening is recorded.
    case auditUnmask = "audit:unmask"
    /// Administration over HTTP.
    case admin

    /// Every scope, for a sentence: `relay, audit:read or admin`.
    public static var list: String {
        let names = allCases.map(\.rawValue)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }
}
